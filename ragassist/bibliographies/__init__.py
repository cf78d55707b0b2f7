"""Papers as other programs read them: one writer a format, papers in, text out."""
