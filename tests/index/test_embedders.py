"""The embedders, with the shipped weights, and Chroma's real model where it is in the cache."""

import hashlib
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ragassist.errors import UsageError
from ragassist.index.embedders import (
    BuiltinEmbedder,
    MiniLMEmbedder,
    PieceTokenizer,
    load_embedder,
    weigh_rows,
)

MINILM = Path.home() / ".cache/chroma/onnx_models/all-MiniLM-L6-v2/onnx/model.onnx"
TEXTS = [
    "Angiotensin-converting enzyme inhibitors lower blood pressure in hypertensive patients.",
    "Graph neural networks for molecular property prediction",
    "Boundary layer transition on a blunt cone at hypersonic speed",
    "",
    "注意力机制",
]

# For a child interpreter: resolver and sockets refuse, so a download fails as it does offline.
OFFLINE = """
import socket
def refuse(*arguments, **options):
    raise OSError("no network in this test")
socket.getaddrinfo = refuse
socket.socket.connect = refuse
from ragassist.errors import EmbedderUnavailable
from ragassist.index.embedders import load_embedder
try:
    load_embedder("minilm")
except EmbedderUnavailable as error:
    print(error)
"""


@pytest.fixture(scope="module")
def builtin() -> BuiltinEmbedder:
    return BuiltinEmbedder()


def run_python(code: str, **environment: str) -> str:
    completed = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=environment or None,
    )
    return completed.stdout


def cosines(embedder: BuiltinEmbedder | MiniLMEmbedder, *texts: str) -> NDArray[np.float32]:
    vectors = embedder.embed(texts)
    return np.asarray(vectors[1:] @ vectors[0])


def test_every_row_is_a_float32_unit_vector(builtin: BuiltinEmbedder) -> None:
    vectors = builtin.embed(TEXTS)
    assert vectors.shape == (5, 256)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_no_texts_give_no_rows(builtin: BuiltinEmbedder) -> None:
    assert builtin.embed([]).shape == (0, 256)


def test_a_vector_depends_on_its_own_text_alone(builtin: BuiltinEmbedder) -> None:
    together = builtin.embed(TEXTS)
    reversed_order = builtin.embed(TEXTS[::-1])[::-1]
    alone = np.concatenate([BuiltinEmbedder().embed([text]) for text in TEXTS])
    np.testing.assert_array_equal(together, reversed_order)
    np.testing.assert_array_equal(together, alone)


def test_another_process_gives_the_same_bytes(builtin: BuiltinEmbedder) -> None:
    code = (
        "import hashlib; from ragassist.index.embedders import load_embedder as load;"
        f"print(hashlib.sha256(load('builtin').embed({TEXTS!r}).tobytes()).hexdigest())"
    )
    assert run_python(code).strip() == hashlib.sha256(builtin.embed(TEXTS).tobytes()).hexdigest()


def test_identity_is_the_hash_of_the_shipped_file(builtin: BuiltinEmbedder) -> None:
    weights = (
        resources.files("ragassist").joinpath("resources/embedder/token_table.npz").read_bytes()
    )
    assert builtin.identity == f"builtin-{hashlib.sha256(weights).hexdigest()[:12]}"
    assert len(weights) <= 8_000_000


@pytest.mark.parametrize("text", ["", "   \n", "?!…", "\x00\x07", "🧬🔬", "\ud800", "___"])
def test_texts_without_letters_share_one_fixed_unit_vector(
    builtin: BuiltinEmbedder, text: str
) -> None:
    np.testing.assert_array_equal(builtin.embed([text])[0], np.full(256, 1 / 16, dtype=np.float32))


def test_case_and_accents_do_not_matter(builtin: BuiltinEmbedder) -> None:
    vectors = builtin.embed(["Schrödinger équation", "schrodinger EQUATION"])
    np.testing.assert_array_equal(vectors[0], vectors[1])


def test_scripts_outside_the_vocabulary_still_tell_texts_apart(builtin: BuiltinEmbedder) -> None:
    same, other = cosines(builtin, "注意力机制", "注意力的机制", "蛋白质折叠")
    assert same > 0.5 > other


def test_a_megabyte_without_a_space_embeds(builtin: BuiltinEmbedder) -> None:
    vector = builtin.embed(["acgt" * 300_000])[0]
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-6)


def test_repeating_a_text_past_every_limit_keeps_its_direction(builtin: BuiltinEmbedder) -> None:
    sentence = "Kidney transplantation restores renal function. "
    assert cosines(builtin, sentence, sentence * 40_000)[0] > 0.99


@given(st.lists(st.text(max_size=80), max_size=5))
def test_any_text_gives_finite_unit_vectors(texts: list[str]) -> None:
    vectors = BuiltinEmbedder().embed(texts)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize(
    ("query", "related", "unrelated"),
    [
        (
            "Statins lower cholesterol.",
            "Lipid-lowering drugs reduce the risk of heart attack.",
            "Zebrafish embryos regenerate their fins after amputation.",
        ),
        (
            "tumour growth in mice",
            "Metastasis of cancer cells was measured in a murine model.",
            "Children's reading ability was assessed at school.",
        ),
        (
            "How is lift affected by the angle of attack of a wing?",
            "Aerodynamic forces on airfoils in subsonic flow",
            "Cataloguing books in university libraries",
        ),
        (
            "translating text between languages",
            "Neural machine translation with attention",
            "Grasping objects with a robot arm",
        ),
        (
            "superconducting qubits",
            "Quantum computing with Josephson junctions",
            "Classroom teaching of mathematics",
        ),
    ],
)
def test_related_sentences_are_nearer_than_unrelated_ones(
    builtin: BuiltinEmbedder, query: str, related: str, unrelated: str
) -> None:
    near, far = cosines(builtin, query, related, unrelated)
    assert near > far + 0.05


def test_a_repeated_piece_counts_one_plus_the_logarithm_of_its_count() -> None:
    tokenizer = PieceTokenizer(["heart", "rate"], buckets=1)
    rows, weights = weigh_rows(tokenizer.rows("Rate, heart rate; RATE!"))
    assert rows.tolist() == [0, 1]
    np.testing.assert_allclose(weights, [1.0, 1 + np.log(3)], rtol=1e-6)


def test_an_unknown_word_falls_to_the_longest_known_pieces() -> None:
    tokenizer = PieceTokenizer(["cardio", "card", "##io", "##myo", "##pathy"], buckets=4)
    assert tokenizer.rows("Cardiomyopathy").tolist() == [0, 3, 4]
    assert tokenizer.rows("card-io").tolist() == [1, 5 + ord("i") % 4, 5 + ord("o") % 4]
    assert tokenizer.rows("¿?").tolist() == []


def test_embedding_imports_nothing_heavy() -> None:
    code = (
        "import sys; from ragassist.index.embedders import load_embedder;"
        "load_embedder('builtin').embed(['text']);"
        "heavy = {'chromadb', 'onnxruntime', 'sklearn', 'scipy', 'tokenizers'};"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    assert run_python(code).strip() == ""


def test_an_unknown_name_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no embedder 'word2vec': choose 'builtin' or 'minilm'"):
        load_embedder("word2vec")


def test_minilm_without_model_or_network_says_what_to_do(tmp_path: Path) -> None:
    message = run_python(OFFLINE, HOME=str(tmp_path))
    assert "connect to the network once, or use the builtin embedder" in message
    assert str(tmp_path) in message
    assert message.count("\n") == 1


@pytest.mark.skipif(not MINILM.exists(), reason="all-MiniLM-L6-v2 is not in Chroma's cache")
def test_minilm_embeds_with_chromas_own_model() -> None:
    minilm = load_embedder("minilm")
    vectors = minilm.embed([*TEXTS, "\ud800"])
    assert (minilm.name, minilm.dimension) == ("minilm", 384)
    assert minilm.identity == f"minilm-{hashlib.sha256(MINILM.read_bytes()).hexdigest()[:12]}"
    assert vectors.shape == (6, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert minilm.embed([]).shape == (0, 384)
