"""What is asked of AWS, one module a subject; the only place that knows boto3."""
