"""From passages to an answer in which every sentence cites."""
