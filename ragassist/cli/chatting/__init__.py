"""The chat: its prompt, what it remembers, and its /commands."""
