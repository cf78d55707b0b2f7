"""A related-work summary of a library's papers: candidates, themes, text, bibliography."""
