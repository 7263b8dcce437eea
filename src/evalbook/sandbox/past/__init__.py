"""Evaluations that ran before the sandbox started: which, how they are made, and how they ended."""
