"""Whether a text says what its sources say: claims, their citations, and the ledger of both."""
