"""The ways in: commands for programs, words and a wizard for people; thin over the workflow."""
