"""The Agent Skill that comes with evalbook: what it consists of, and writing it into a folder."""
