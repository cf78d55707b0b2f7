"""Invented papers: plausible in shape, the same for the same seed, about nothing."""

import random
from typing import Any

Stated = dict[str, Any]
"""A paper as a line of JSONL states it."""

_SYLLABLES = [consonant + vowel for consonant in "bcdfglmnprstvz" for vowel in "aeiou"]


def make_papers(count: int, *, seed: int = 0) -> list[Stated]:
    """Papers with key, title, authors, year and a six-sentence abstract, all of them different."""
    rng = random.Random(seed)
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))) for _ in range(900)]
    return [
        {
            "_id": f"s{seed}p{number}",
            "title": " ".join(rng.sample(words, 8)).capitalize(),
            "authors": [f"{rng.choice(words).title()} {rng.choice(words).title()}"],
            "year": rng.randint(1990, 2025),
            "abstract": " ".join(
                " ".join(rng.sample(words, 14)).capitalize() + "." for _ in range(6)
            ),
        }
        for number in range(count)
    ]
