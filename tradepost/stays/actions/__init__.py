"""Everything that changes stays: one function per deed, one file per noun."""
