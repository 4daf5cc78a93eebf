"""The stages, each tested on real parts."""
