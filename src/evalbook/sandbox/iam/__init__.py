"""What moto's IAM lacks for an evaluation: policy simulation, and callers bound by their policies."""
