"""What goes out of texts."""
