"""The errors that a person is meant to read."""

from __future__ import annotations


class AnsvarError(Exception):
    """Something that a user can mend: says what failed, where, and what to do.

    The message never holds personal data, so it may be logged, stored and shown.
    """
