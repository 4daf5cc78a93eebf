"""Requests of data subjects: what may be asked for, what may follow what, and by when there must be an answer."""
