"""Who is who, on small real sources."""
