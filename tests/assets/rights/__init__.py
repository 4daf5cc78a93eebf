"""What a person may demand, and how it is answered: tests on a small register that is loaded by the real code."""
