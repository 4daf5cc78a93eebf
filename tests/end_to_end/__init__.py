"""The whole, on the demonstration company and on real input."""
