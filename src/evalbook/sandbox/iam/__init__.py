"""What moto's IAM lacks for an evaluation: policies, evaluated."""
