"""Speed, and the ledger, measured; run with `python -m eval.bench.NAME`."""
