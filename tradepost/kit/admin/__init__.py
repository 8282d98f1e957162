"""Jobs in the admin, and how the admins of other apps write (``deeds.py``)."""

from tradepost.kit.admin import jobs  # noqa: F401 - registers its admin
