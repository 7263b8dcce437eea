"""What an evaluation dataset holds: bytes in, findings out, nothing of AWS.

``sample`` looks at the first few KB, ``validate`` at the whole object in one pass, ``findings``
says what that means for the scores, ``convert`` writes what can be saved. They share ``reading``
(bytes of any container to lines of JSON, and these to records), ``understanding`` (what a record
means, by ``recast``, ``conversations``, ``choices`` and ``references``) and ``formats`` (what a job
reads of it as it is). ``bulk`` takes most records without either, by the shapes it has seen.
"""
