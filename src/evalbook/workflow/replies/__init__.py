"""Whole replies, as people say them: one deterministic reader for all three ways in.

No model is behind it: what is plain is taken, what fits one answer is asked back, and the rest is
said not to have been understood. `words` knows yes, no, none and doubt; `choices` and `values` read
what answers a question; `pieces` finds what answers another one.
"""
