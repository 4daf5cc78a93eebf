"""The company's source systems, a module each: what it holds of the world's persons, in the form in which it gives it out."""
