"""Speed and quality, measured; run with `python -m eval.bench.NAME`."""
