"""Measuring: question sets, benchmarks, training. Nothing here ships."""
