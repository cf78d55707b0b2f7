"""Which records are one work, what is true of it, and what it is called."""
