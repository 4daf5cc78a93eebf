"""Backups: encrypted, verified copies of a home, and the way back from one."""

from resources.backups.age import Lock, Opener
from resources.backups.copy import COPY_ENDING, KEY_ENDING, Backup, back_up, copied_files
from resources.backups.unpack import Manifest, unpack

__all__ = ["COPY_ENDING", "KEY_ENDING", "Backup", "Lock", "Manifest", "Opener", "back_up", "copied_files", "unpack"]
