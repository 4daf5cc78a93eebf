"""How runs begin: in a process forked from one that has everything loaded, and on demand without waiting in the queue."""
