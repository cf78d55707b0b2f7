"""Embedders: text in, unit vectors out.

`builtin` is a fixed table of subword vectors that ships with the package: no download, numpy alone,
the same vectors for every library. `minilm` is Chroma's own default sentence model: slower, and a
download at first use.
"""

import hashlib
import io
import itertools
import re
import unicodedata
from collections.abc import Sequence
from importlib import resources
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ragassist.errors import EmbedderUnavailable, UsageError

_WORD = re.compile(r"[^\W_]+")
# Letters in lower case and digits stay, all else becomes a space: three times as fast as _WORD.
_ASCII = "".join(c.lower() if c.isalnum() else " " for c in map(chr, range(128))).encode() * 2
_ACCENTS = re.compile(r"[\u0300-\u036f]+")
_CACHED_WORDS = 100_000
_CACHED_LENGTH = 40
_SLICE_CHARACTERS = 1 << 20
_WEIGHED_TOGETHER = 128
_SMALLEST_NORM = 1e-6


class Embedder(Protocol):
    """What turns texts into vectors that can be compared by cosine."""

    @property
    def name(self) -> str:
        """The name a user selects it by."""

    @property
    def identity(self) -> str:
        """Changes when the vectors would: vectors of two identities must never be compared."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""

    @property
    def batch(self) -> int:
        """How many texts to embed before keeping the vectors: some seconds of work at most."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector per text, shape (len(texts), dimension), in the order given."""


class _PieceCache(dict[str, bytes]):
    """Maps a word to the row numbers of its pieces, packed uint16; forgets all when full."""

    def __init__(self, rows: dict[str, int], buckets: int) -> None:
        super().__init__()
        self._rows = rows
        self._buckets = buckets
        self._longest = max(map(len, rows), default=0)

    def __missing__(self, word: str) -> bytes:
        packed = np.array(self._split(word), dtype=np.uint16).tobytes()
        if len(self) >= _CACHED_WORDS:
            self.clear()
        if len(word) <= _CACHED_LENGTH:
            self[word] = packed
        return packed

    def _split(self, word: str) -> list[int]:
        found: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for stop in range(min(len(word), start + self._longest), start, -1):
                row = self._rows.get(prefix + word[start:stop])
                if row is not None:
                    break
            else:
                stop = start + 1
                row = len(self._rows) + ord(word[start]) % self._buckets
            found.append(row)
            start = stop
        return found


class PieceTokenizer:
    """Splits text into pieces of a fixed vocabulary: lower case, no accents, greedy longest match.

    `pieces[i]` has row number `i`; one that continues a word starts with `##`. A character that no
    piece covers takes one of `buckets` further rows, by its code point, so text in any script keeps
    something of its own. The greedy match is WordPiece's (Schuster and Nakajima 2012,
    doi:10.1109/ICASSP.2012.6289079).
    """

    def __init__(self, pieces: Sequence[str], buckets: int) -> None:
        self._cache = _PieceCache({piece: row for row, piece in enumerate(pieces)}, buckets)

    def rows(self, text: str) -> NDArray[np.uint16]:
        """Return the row numbers of the text's pieces in reading order, shape (pieces,)."""
        packed = []
        for start in range(0, len(text), _SLICE_CHARACTERS):
            words = _words(text[start : start + _SLICE_CHARACTERS])
            packed.append(b"".join(map(self._cache.__getitem__, words)))
        return np.frombuffer(b"".join(packed), dtype=np.uint16)


def _words(text: str) -> list[str]:
    if text.isascii():
        return text.encode().translate(_ASCII).decode().split()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return _WORD.findall(bare.lower())


def weigh_rows(rows: NDArray[np.uint16]) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
    """Return the distinct rows, ascending, and 1 + ln(count) of each, both shape (distinct,)."""
    return weigh_bags([rows])[0]


def weigh_bags(
    bags: Sequence[NDArray[np.uint16]],
) -> list[tuple[NDArray[np.uint16], NDArray[np.float32]]]:
    """`weigh_rows` of each bag of rows, in half the time for a hundred of them together."""
    owners = np.repeat(np.arange(len(bags), dtype=np.uint32), [len(bag) for bag in bags])
    keys, counts = np.unique(
        (owners << 16) | np.concatenate([*bags, np.empty(0, np.uint16)]), return_counts=True
    )
    weights = 1 + np.log(counts, dtype=np.float32)
    pieces = (keys & 0xFFFF).astype(np.uint16)
    bounds = np.searchsorted(keys >> 16, np.arange(len(bags) + 1))
    return [(pieces[begin:stop], weights[begin:stop]) for begin, stop in itertools.pairwise(bounds)]


class BuiltinEmbedder:
    """Sums a fixed vector per distinct piece, times 1 + ln(its count), and scales to unit length.

    How much a piece weighs besides its count is the length of its vector.

    Cost: about 0.1 ms an abstract on one core, tens of MB of memory; no network, nothing written.
    """

    name = "builtin"
    batch = 2048

    def __init__(self) -> None:
        """Load the table that ships with the package; its file's hash is the identity."""
        stored = (
            resources.files("ragassist").joinpath("resources/embedder/token_table.npz").read_bytes()
        )
        self.identity = f"builtin-{hashlib.sha256(stored).hexdigest()[:12]}"
        with np.load(io.BytesIO(stored)) as arrays:
            self._codes = arrays["codes"]
            self._scales = arrays["scales"].astype(np.float32)
            pieces = arrays["pieces"].tobytes().decode().split("\n")
        self._tokenizer = PieceTokenizer(pieces, buckets=len(self._codes) - len(pieces))
        self.dimension = int(self._codes.shape[1])

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector per text, shape (len(texts), dimension), in the order given.

        A vector depends on its own text alone. All texts without a single letter or digit share one
        fixed unit vector (all components equal), since cosine is undefined for zero.
        """
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for begin in range(0, len(texts), _WEIGHED_TOGETHER):
            bags = [self._tokenizer.rows(text) for text in texts[begin : begin + _WEIGHED_TOGETHER]]
            for vector, (rows, weights) in zip(vectors[begin:], weigh_bags(bags), strict=False):
                factors = weights * self._scales[rows]
                # Not `@`: BLAS threads would make the last bit depend on the number of cores.
                np.einsum("i,ij->j", factors, self._codes[rows].astype(np.float32), out=vector)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unplaced = norms[:, 0] < _SMALLEST_NORM
        vectors /= np.where(unplaced[:, None], 1.0, norms)
        vectors[unplaced] = self.dimension**-0.5
        return vectors


class MiniLMEmbedder:
    """Chroma's default model, all-MiniLM-L6-v2 in ONNX; it reads the first 256 tokens of a text.

    Cost: seconds to import, tens of abstracts a second on one core, and at first use on a machine
    an 80 MB download by Chroma into `~/.cache/chroma`.
    """

    name = "minilm"
    batch = 64
    dimension = 384

    def __init__(self) -> None:
        """Load the model, downloading it when it is not in Chroma's cache.

        Raises:
            EmbedderUnavailable: if the model is neither cached nor downloadable, or does not load.
        """
        from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

        folder = ONNXMiniLM_L6_V2.DOWNLOAD_PATH / ONNXMiniLM_L6_V2.EXTRACTED_FOLDER_NAME
        try:
            self._function = ONNXMiniLM_L6_V2()
            self._function(["one call downloads and loads the model"])
            weights = (folder / "model.onnx").read_bytes()
        except (
            Exception
        ) as error:  # httpx, tarfile, onnxruntime and tokenizers share no narrower base
            raise EmbedderUnavailable(
                f"the minilm embedder could not be loaded from {str(folder)!r} or downloaded "
                f"({type(error).__name__}: {error}): connect to the network once, "
                "or use the builtin embedder"
            ) from error
        self.identity = f"minilm-{hashlib.sha256(weights).hexdigest()[:12]}"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector per text, shape (len(texts), 384), in the order given."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        # The tokenizer refuses lone surrogates, which text decoded from a broken file can hold.
        encodable = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        return np.asarray(self._function(encodable), dtype=np.float32)


def load_embedder(name: str) -> Embedder:
    """Return the embedder of that name, `builtin` or `minilm`, ready to use.

    Raises:
        UsageError: if there is no embedder of that name.
        EmbedderUnavailable: if it needs a model that is neither cached nor downloadable.
    """
    if name == BuiltinEmbedder.name:
        return BuiltinEmbedder()
    if name == MiniLMEmbedder.name:
        return MiniLMEmbedder()
    raise UsageError(f"there is no embedder {name!r}: choose 'builtin' or 'minilm'")
