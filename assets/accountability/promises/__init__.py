"""Whether each promise of the notice is kept, told from what the stores hold."""
