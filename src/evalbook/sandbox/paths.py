"""What the sandbox serves beside AWS, by path; known to who starts it without loading moto."""

CONTROL_PATH = "/evalbook-sandbox"
MLFLOW_PATH = "/evalbook-mlflow"
