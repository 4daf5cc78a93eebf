"""Rights: what a person may demand, and how it is answered."""
