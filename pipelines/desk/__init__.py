"""The signed-in web entrance: one login, Dagster's own UI behind it, and the desk's pages."""
