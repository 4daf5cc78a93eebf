"""What runs when, and how a person starts it."""
