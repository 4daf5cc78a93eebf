"""Identity: which source persons are the same data subject."""
