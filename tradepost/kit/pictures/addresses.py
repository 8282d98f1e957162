"""Where a browser finds a picture."""

from django.core.files.storage import FileSystemStorage, default_storage


def address_of(name: str, *, root: str) -> str | None:
    """Return where a browser finds a stored file; None for no file."""
    if not name:
        return None
    if isinstance(default_storage, FileSystemStorage):  # names of ours need no quoting
        return f"{root}{default_storage.base_url}{name}"
    return default_storage.url(name)
