"""Hot reads: public answers that are stored whole and are never stale.

A public list or detail is answered, in this order: 304 from its ETag; the stored bytes; bytes made
straight from rows; the view. Both the ETag and the key of the bytes contain the version stamp of
what is shown, and the stamp is raised in the transaction of every write, so an old answer can no
longer be found once the write is committed, in any process.

``reads.py`` decides, ``shelf.py`` stores. Two doors ask them: ``middleware.py`` inside Django's
chain, and ``front.py`` before it, where an answer costs a fraction of a request through Django.
"""

from tradepost.kit.http.hot.reads import register_hot_read

__all__ = ["register_hot_read"]
