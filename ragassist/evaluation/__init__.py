"""Measuring a library's retrieval and answers: question sets, metrics, runs, gates."""
