"""Letters to who makes a request, in Finnish, Swedish and English: what they say (`compose`), and how they are written (`render`).

They name the request by its opaque id and hold nothing of the person, for a letter may go astray.
"""
