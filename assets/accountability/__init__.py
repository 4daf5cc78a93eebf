"""Whether what the privacy notice promises is so, and the documents that say what is promised."""
