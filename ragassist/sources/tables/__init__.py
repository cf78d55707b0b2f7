"""Tables of papers: rows out of lines, columns by their headings, records out of cells."""
