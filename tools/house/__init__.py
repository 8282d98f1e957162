"""The rules of the house, as checks of the code's form. Run them with ``python -m tools.house``.

Each rule is one small function over the syntax tree of a file. A rule reads forms, not meanings:
where it has to guess, its docstring says how. A finding that is wrong and cannot be written
otherwise is allowed in place, with a reason::

    archive.delete()  # house: allow W1 because this is a file of the backup, not a row

An allowance without a reason, or one that allows nothing, is a finding itself (H1).
"""
