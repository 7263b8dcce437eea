"""What moto's Bedrock lacks for an evaluation: judges, inference profiles, evaluation jobs."""
