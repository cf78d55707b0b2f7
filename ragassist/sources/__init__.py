"""Readers: bytes in, records and failures out, one file per format."""
