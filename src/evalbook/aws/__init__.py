"""What is asked of AWS, one module a subject; the only place that knows boto3.

Whatever takes an `Aws` raises `AwsUnavailable` where AWS could not be asked. What else a function
raises, it says.
"""
