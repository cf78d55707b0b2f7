"""The terminal: Typer commands, and how things look. Nothing imports it."""
