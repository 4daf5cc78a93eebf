"""Ingest: sources become typed, tagged tables; what does not fit goes to quarantine."""
