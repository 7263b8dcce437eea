"""What moto's SageMaker lacks for an evaluation: hubs, lineage, MLflow, runs that take time."""
