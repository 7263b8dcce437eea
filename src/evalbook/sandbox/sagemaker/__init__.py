"""What moto's SageMaker lacks for an evaluation, in moto's own four files and what stands behind."""
