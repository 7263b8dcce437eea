"""The front ends: commands for programs, text and a wizard for people; thin over the workflow."""
