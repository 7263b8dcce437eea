"""A simulated AWS to try everything against: moto with what it lacks, filled so that checks can fail.

`evalbook.sandbox.process.Sandbox` starts it in a process of its own, for people and for tests.
"""
