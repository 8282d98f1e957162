"""Everything that a server must not lose in one file, and back again: the database and the folder
of uploaded files, with a manifest that says what they are and how they add up."""

from tradepost.kit.backups.archive import BackupRefused, Manifest, read_manifest
from tradepost.kit.backups.restoring import restore_backup
from tradepost.kit.backups.writing import write_backup

__all__ = ["BackupRefused", "Manifest", "read_manifest", "restore_backup", "write_backup"]
