"""The demonstration company's outside world: a generator of its source systems' data, and servers that give it out.

Nothing here is part of the register: it stands where a company's real systems would. All persons and companies are fictional.
"""
