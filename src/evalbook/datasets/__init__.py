"""What an evaluation dataset holds: bytes in, findings out, nothing of AWS.

``sample`` looks at the first few KB, ``validate`` at the whole object in one pass, ``findings``
says what that means for the scores, ``convert`` writes what can be saved. They share ``reading``
(bytes to records), ``understanding`` (what a record means, by ``recast``, ``conversations``,
``choices`` and ``references``) and ``formats`` (what a job reads of it as it is).
"""
