"""Trains the built-in embedder's token table; see ragassist/resources/embedder/CARD.md.

Needs torch, tokenizers and onnxruntime beside the package. One core, about a quarter of an hour:

    python eval/training/train_token_table.py CORPUS.jsonl.xz --teacher DIR --words FILE --out FILE

CORPUS holds one `{"title": ..., "abstract": ...}` a line; DIR holds the all-MiniLM-L6-v2
`model.onnx`, `tokenizer.json` and `vocab.txt`; the words are a word list, one word a line.
Three steps: a WordPiece vocabulary; a table distilled from the teacher's vectors of pieces, words,
word groups and titles; contrastive training on the corpus.
"""

import argparse
import json
import lzma
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from torch.nn import functional

from ragassist.index.embedders import PieceTokenizer, weigh_rows

SEED = 20260101
DIMENSION = 256
PIECES = 29_400
TRAINED_PIECES = 21_000
BUCKETS = 256
HELD_OUT = 5_000
WORD_COUNT = 3
DROPPED = 0.3
AFFIXES = """
anti auto bio cardio chemo co counter cyto de di electro endo epi ex exo extra fore geo hemo
hepato hetero homo hydro hyper hypo im immuno in inter intra iso macro magneto mega meta micro
mid mis mono multi myo nano neo nephro neuro non onco osteo out over para patho peri pharmaco
photo physio poly post pre pro proto pseudo psycho pyro quasi radio re retro semi socio sub
super supra tele thermo trans tri ultra un under uni vaso ##ability ##able ##al ##algia ##ally
##ase ##ate ##ated ##ation ##blast ##cyte ##cytes ##dynamic ##dynamics ##ectomy ##ed ##emia ##er
##es ##ful ##gen ##genesis ##genic ##gram ##graphy ##ic ##ical ##ically ##ide ##ify ##in ##ine
##ing ##ion ##ism ##ist ##itis ##ity ##ive ##ization ##ize ##ized ##kinase ##kinetics ##less
##like ##logical ##logy ##ly ##lysis ##lytic ##ment ##metric ##metry ##ness ##oid ##oma ##ome
##omics ##ose ##osis ##ous ##pathy ##phage ##phase ##phobia ##phoresis ##plasm ##plasty ##rrhage
##s ##scopic ##scopy ##some ##static ##therapy ##thermal ##tion ##tropic ##type ##uria ##ward
"""
CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789" + "".join(map(chr, range(0x3B1, 0x3CA)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """Every paper as rows of the table: a title segment, then one per sentence of the abstract."""

    rows: NDArray[np.uint16]  # (all pieces,)
    bounds: NDArray[np.int64]  # (segments + 1,): where each segment starts in `rows`
    papers: NDArray[np.int64]  # (papers + 1,): where each paper starts in `bounds`

    def title_and_rest(
        self, paper: int, segment: int
    ) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
        """Return the rows of one segment of a paper (0: its title) and of all else in it."""
        first, last = self.papers[paper], self.papers[paper + 1]
        start, stop = self.bounds[first + segment], self.bounds[first + segment + 1]
        before = self.rows[self.bounds[first] : start]
        after = self.rows[stop : self.bounds[last]]
        return self.rows[start:stop], np.concatenate((before, after))

    def count(self, paper: int) -> int:
        """Return the number of segments of a paper."""
        return int(self.papers[paper + 1] - self.papers[paper])


class Bags(torch.nn.Module):
    """Sums of table rows mapped by one square matrix, at unit length.

    Damped, repeated rows count as the embedder counts them; else each occurrence counts.
    """

    def __init__(self, table: NDArray[np.float32], *, damped: bool) -> None:
        super().__init__()
        self._damped = damped
        self.table = torch.nn.Parameter(torch.from_numpy(table.copy()))
        self.mapping = torch.nn.Parameter(torch.eye(table.shape[1]))
        self.log_scale = torch.nn.Parameter(torch.tensor(3.0))

    def forward(self, bags: Sequence[NDArray[np.uint16]]) -> torch.Tensor:
        """Return one unit vector per bag of rows, shape (bags, dimension)."""
        if self._damped:
            weighed = [weigh_rows(bag) for bag in bags]
        else:
            weighed = [(bag, np.ones(len(bag), dtype=np.float32)) for bag in bags]
        starts = np.cumsum([0, *(len(rows) for rows, _ in weighed[:-1])])
        sums = functional.embedding_bag(
            torch.from_numpy(np.concatenate([rows for rows, _ in weighed]).astype(np.int64)),
            self.table,
            torch.from_numpy(starts),
            mode="sum",
            per_sample_weights=torch.from_numpy(np.concatenate([part for _, part in weighed])),
        )
        return functional.normalize(sums @ self.mapping, dim=1)

    def export(self) -> NDArray[np.float32]:
        """Return the table with the mapping folded in."""
        return (self.table @ self.mapping).detach().numpy()


class Teacher:
    """Sentence vectors of the ONNX model, mean-pooled, on one thread."""

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            folder / "model.onnx", options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(64)
        self._tokenizer.enable_padding()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), 384); 400 titles or 1,600 words a second."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        vectors = np.empty((len(texts), 384), dtype=np.float32)
        for start in range(0, len(texts), 128):
            places = order[start : start + 128]
            encodings = self._tokenizer.encode_batch([texts[place] for place in places])
            ids = np.array([encoding.ids for encoding in encodings])
            mask = np.array([encoding.attention_mask for encoding in encodings])
            feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            hidden = self._session.run(None, feeds)[0]
            vectors[places] = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        return unit_rows(vectors)


def read_papers(path: Path) -> list[tuple[str, str]]:
    """Return (title, abstract) of every paper that has both, in a seeded random order."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    papers = [(r["title"], r["abstract"]) for r in records if r.get("title") and r.get("abstract")]
    order = np.random.default_rng(SEED).permutation(len(papers))
    return [papers[place] for place in order]


def count_words(papers: Sequence[tuple[str, str]]) -> Counter[str]:
    """Return how often each word occurs, normalised as the tokenizer does it."""
    normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=True)
    counts: Counter[str] = Counter()
    for title, abstract in papers:
        counts.update(re.findall(r"[^\W_]+", normalizer.normalize_str(f"{title} {abstract}")))
    return counts


def read_words(path: Path) -> list[str]:
    """Return the lower-case ASCII words of a word list, of three letters or more."""
    words = path.read_text(encoding="utf-8").split()
    return [word for word in words if re.fullmatch(r"[a-z]{3,24}", word)]


def train_pieces(counts: Counter[str], words: Sequence[str], common: Sequence[str]) -> list[str]:
    """Return the vocabulary: trained pieces, affixes, then common English until it is full."""

    def repeated() -> Iterator[str]:
        for word, count in counts.items():
            if count > 1:
                yield " ".join([word] * count)
        yield from (" ".join([word] * WORD_COUNT) for word in words)

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(
        vocab_size=TRAINED_PIECES,
        special_tokens=["[UNK]"],
        limit_alphabet=len(CHARACTERS),
        initial_alphabet=list(CHARACTERS),
        show_progress=False,
    )
    tokenizer.train_from_iterator(repeated(), trainer)
    ranked = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    trained = [piece for piece, _ in ranked if piece != "[UNK]"]
    continued = [f"##{character}" for character in CHARACTERS]
    listed = set(words)
    wanted = [*trained, *continued, *AFFIXES.split(), *(word for word in common if word in listed)]
    return list(dict.fromkeys(wanted))[:PIECES]


def teacher_words(folder: Path) -> list[str]:
    """Return the teacher vocabulary's entries, most frequent first."""
    return (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")


def word_groups(words: Sequence[str], groups: int) -> list[str]:
    """Return texts of two to four random words: a teacher's context for words the corpus lacks."""
    random = np.random.default_rng(SEED)
    sizes = random.integers(2, 5, size=groups)
    return [
        " ".join(words[place] for place in random.integers(0, len(words), size)) for size in sizes
    ]


def split_segments(papers: Sequence[tuple[str, str]], tokenizer: PieceTokenizer) -> Segments:
    """Return the papers' rows by title and sentence; sentences under three pieces are dropped."""
    rows, lengths, segments = [], [], []
    for title, abstract in papers:
        found = [tokenizer.rows(title)]
        found += [tokenizer.rows(sentence) for sentence in re.split(r"(?<=[.?!])\s+", abstract)]
        kept = [found[0], *(segment for segment in found[1:] if len(segment) > 2)]
        rows += kept
        lengths += [len(segment) for segment in kept]
        segments.append(len(kept))
    return Segments(
        rows=np.concatenate(rows),
        bounds=np.cumsum([0, *lengths]),
        papers=np.cumsum([0, *segments]),
    )


def piece_weights(rows: NDArray[np.uint16], size: int) -> NDArray[np.float32]:
    """Return smooth inverse frequencies, shape (size,) (Arora et al. 2017, SyK00v5xx)."""
    share = np.bincount(rows, minlength=size) / len(rows)
    return np.asarray(1e-3 / (1e-3 + share), dtype=np.float32)


def principal_axes(vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the vectors' mean, shape (384,), and leading axes, shape (384, DIMENSION)."""
    mean = vectors.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(vectors - mean, rowvar=False))
    return mean, axes[:, ::-1][:, :DIMENSION].astype(np.float32)


def unit_rows(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the rows at unit length; a zero row stays zero."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-6), dtype=np.float32)


def distil(
    table: NDArray[np.float32],
    bags: Sequence[NDArray[np.uint16]],
    targets: NDArray[np.float32],
    *,
    epochs: int,
) -> NDArray[np.float32]:
    """Return a table whose bags point where the teacher's vectors of the same texts do."""
    model = Bags(table, damped=False)
    start = model.table.detach().clone()
    optimizer = torch.optim.Adam([model.table], lr=3e-3)
    random = np.random.default_rng(SEED)
    for epoch in range(epochs):
        total = 0.0
        batches = np.array_split(random.permutation(len(bags)), len(bags) // 1024)
        for batch in batches:
            wanted = torch.from_numpy(targets[batch])
            loss = 1 - (model([bags[place] for place in batch]) * wanted).sum(dim=1).mean()
            total += loss.item()
            optimizer.zero_grad()
            drift = (model.table - start).square().sum(dim=1).mean()
            torch.autograd.backward(loss + 0.02 * drift)
            optimizer.step()
        say(f"distil epoch {epoch + 1}: mean cosine distance {total / len(batches):.4f}")
    return model.export()


def pick_pairs(
    segments: Segments, papers: NDArray[np.int64], random: np.random.Generator
) -> tuple[list[NDArray[np.uint16]], list[NDArray[np.uint16]]]:
    """Return for each paper its title (half the time) or one sentence, and the paper's rest."""
    queries, rests = [], []
    for paper in papers:
        titled = random.random() < 0.5
        segment = 0 if titled else int(random.integers(0, segments.count(paper)))
        query, rest = segments.title_and_rest(paper, segment)
        if len(query) and len(rest):
            queries.append(thinned(query, random))
            rests.append(thinned(rest, random))
    return queries, rests


def thinned(rows: NDArray[np.uint16], random: np.random.Generator) -> NDArray[np.uint16]:
    """Return the rows without a random DROPPED of them, so that no single piece carries a match."""
    kept = rows[random.random(len(rows)) >= DROPPED]
    return kept if len(kept) else rows


def contrast(
    table: NDArray[np.float32], segments: Segments, *, epochs: int, pull: float
) -> NDArray[np.float32]:
    """Return the table trained to find the rest of a paper from its title or one sentence.

    InfoNCE both ways with in-batch negatives (van den Oord et al. 2018, arXiv:1807.03748); `pull`
    is the weight of the mean squared distance to the table it started from. The first HELD_OUT
    papers are never trained on.
    """
    model = Bags(table, damped=True)
    start = model.table.detach().clone()
    optimizer = torch.optim.Adam(
        [
            {"params": [model.table], "lr": 3e-3},
            {"params": [model.mapping, model.log_scale], "lr": 1e-3},
        ]
    )
    random = np.random.default_rng(SEED)
    papers = np.arange(HELD_OUT, len(segments.papers) - 1)
    per_epoch = len(papers) // 1024
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=[3e-3, 1e-3], total_steps=epochs * per_epoch, pct_start=0.1
    )
    for epoch in range(epochs):
        total = 0.0
        for batch in np.array_split(random.permutation(papers), per_epoch):
            queries, rests = pick_pairs(segments, batch, random)
            scores = model(queries) @ model(rests).T * model.log_scale.exp()
            right = torch.arange(len(queries))
            loss = functional.cross_entropy(scores, right) + functional.cross_entropy(
                scores.T, right
            )
            total += loss.item() / 2
            optimizer.zero_grad()
            drift = (model.table - start).square().sum(dim=1).mean()
            torch.autograd.backward(loss + pull * drift)
            optimizer.step()
            schedule.step()
        recalls = held_out_recall(model.export(), segments)
        say(f"contrast epoch {epoch + 1}: loss {total / per_epoch:.4f}, held out {recalls}")
    return model.export()


def held_out_recall(table: NDArray[np.float32], segments: Segments) -> str:
    """Return recall at 1 and 10 of a title's own abstract among HELD_OUT."""

    def pooled(rows: NDArray[np.uint16]) -> NDArray[np.float32]:
        distinct, weights = weigh_rows(rows)
        return weights @ table[distinct]

    pairs = [segments.title_and_rest(paper, 0) for paper in range(HELD_OUT)]
    titles = unit_rows(np.stack([pooled(title) for title, _ in pairs]))
    abstracts = unit_rows(np.stack([pooled(abstract) for _, abstract in pairs]))
    scores = titles @ abstracts.T
    ranks = (scores > np.diag(scores)[:, None]).sum(axis=1)
    return f"recall@1 {(ranks < 1).mean():.4f} recall@10 {(ranks < 10).mean():.4f}"


def save(path: Path, table: NDArray[np.float32], pieces: Sequence[str]) -> None:
    """Write int8 codes, one float16 scale a row, and the pieces as newline-joined UTF-8."""
    table = table / np.median(np.linalg.norm(table, axis=1))
    scales = np.maximum(np.abs(table).max(axis=1) / 127, 1e-6).astype(np.float16)
    codes = np.rint(table / scales.astype(np.float32)[:, None]).clip(-127, 127).astype(np.int8)
    blob = np.frombuffer("\n".join(pieces).encode(), dtype=np.uint8)
    np.savez(path, codes=codes, scales=scales, pieces=blob)


def say(line: str) -> None:
    """Write a progress line, with the minutes since the start."""
    sys.stdout.write(f"[{time.process_time() / 60:5.1f} min] {line}\n")
    sys.stdout.flush()


def distilled_table(
    papers: Sequence[tuple[str, str]], pieces: Sequence[str], words: Sequence[str], teacher: Teacher
) -> NDArray[np.float32]:
    """Return the table before it has seen which title belongs to which abstract."""
    tokenizer = PieceTokenizer(pieces, BUCKETS)
    spelled = teacher.embed([piece.removeprefix("##") for piece in pieces])
    say("embedded the pieces")
    mean, axes = principal_axes(spelled)
    random = np.random.default_rng(SEED)
    rare = [words[place] for place in random.permutation(len(words))[:40_000]]
    known = [piece for piece in pieces if len(piece) > 2 and piece.isascii() and piece.isalpha()]
    training = papers[HELD_OUT:]
    titles = [title for title, _ in training[:50_000]]
    texts = [*rare, *word_groups(known + rare[:10_000], 60_000), *titles]
    targets = unit_rows((teacher.embed(texts) - mean) @ axes)
    say("embedded words, word groups and titles")
    buckets = random.standard_normal((BUCKETS, DIMENSION))
    table = unit_rows(np.concatenate(((spelled - mean) @ axes, buckets)))
    bags = [tokenizer.rows(text) for text in texts]
    seen = np.concatenate([tokenizer.rows(f"{title} {abstract}") for title, abstract in training])
    table *= piece_weights(seen, len(table))[:, None]
    placed = [place for place, bag in enumerate(bags) if len(bag)]
    return distil(table, [bags[place] for place in placed], targets[placed], epochs=6)


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description="Train the built-in embedder's token table.")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--words", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--pull", type=float, default=3.0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    papers = read_papers(arguments.corpus)
    words = read_words(arguments.words)
    pieces = train_pieces(count_words(papers[HELD_OUT:]), words, teacher_words(arguments.teacher))
    say(f"{len(papers)} papers, {len(pieces)} pieces")
    distilled = distilled_table(papers, pieces, words, Teacher(arguments.teacher))
    segments = split_segments(papers, PieceTokenizer(pieces, BUCKETS))
    say(f"distilled alone, held out {held_out_recall(distilled, segments)}")
    table = contrast(distilled, segments, epochs=arguments.epochs, pull=arguments.pull)
    save(arguments.out, table, pieces)


if __name__ == "__main__":
    main()
