"""What became of evaluations: their status, why they failed, and what their results say."""
