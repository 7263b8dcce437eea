"""What a judge is asked to score: Bedrock's built-in metrics and those people define."""
