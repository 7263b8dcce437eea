"""What an evaluation dataset holds: bytes in, findings out, nothing of AWS.

``sample`` looks at the first few KB, ``validate`` at the whole object in one pass, ``findings``
says what that means for the scores, ``convert`` writes what can be saved. They share ``formats``
(the table of record formats), ``reading`` (bytes to records) and ``repair`` (near-misses).
"""
