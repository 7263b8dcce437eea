"""Which evalbook this is."""

__version__ = "0.1.0"
