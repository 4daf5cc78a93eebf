"""Rooms of the rights desk."""
