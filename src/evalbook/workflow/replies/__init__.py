"""Whole replies, as people say them: one deterministic reader for all three front ends.

There is no model behind it: plain answers are taken, what matches one answer is asked back, and
the rest is left to the step. `vocabulary` lists what people say, `words` knows yes, no, none and
doubt; `choices`, `values` and `places` read what answers a question; `pieces` finds what answers
another one.
"""
