"""Reports for people: an article with its quotes marked, and a summary of a corpus, each one self-contained page."""
