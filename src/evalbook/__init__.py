"""Guided notebooks that evaluate models fine-tuned with Amazon SageMaker."""

__version__ = "0.1.0"
