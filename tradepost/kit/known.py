"""Related rows that are known already."""

from collections.abc import Sequence

from django.db.models import Model


def let_know(instance: Model, name: str, rows: Sequence[Model]) -> None:
    """Let ``instance.name.all()`` give these rows without a query, as after a prefetch of them."""
    known = getattr(instance, name).all()
    known._result_cache, known._prefetch_done = list(rows), True
    if not hasattr(instance, "_prefetched_objects_cache"):
        instance._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    instance._prefetched_objects_cache[name] = known  # type: ignore[attr-defined]
