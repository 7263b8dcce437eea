"""What became of evaluations: their status, why they failed, and what their results say.

Whatever takes an `Aws` raises `AwsUnavailable` where AWS could not be asked, and what looks at a
run that a person named `AnswerRejected` where it can't be used.
"""
