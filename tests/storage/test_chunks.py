"""What the catalog keeps of chunks, and what a long abstract costs there."""

from pathlib import Path

from ragassist.adding import chunker
from ragassist.storage.catalog import Catalog
from ragassist.storage.chunks import drop_chunks, mark_all_pending, pending_chunks
from ragassist.storage.intake import absorb, open_source
from ragassist.types import Record
from tests.grounding.growth import assert_linear

SENTENCE = "We measured how long each of the readers kept lamp {} alight in the café. "
BATCH = 256


def catalog_of(folder: Path, sentences: int) -> tuple[Catalog, str]:
    """A catalog of one paper, and its abstract."""
    abstract = "".join(map(SENTENCE.format, range(sentences))).strip()
    catalog = Catalog.create(folder)
    with catalog.transaction():
        source_id = open_source(catalog, "refs.jsonl", "jsonl")
        record = Record(title="On lamps", abstract=abstract, line=1)
        absorb(catalog, source_id, 1, [record], chunker())
    return catalog, abstract


def test_pending_chunks_have_the_title_and_their_part_of_the_abstract(tmp_path: Path) -> None:
    catalog, abstract = catalog_of(tmp_path, 200)
    chunks = [chunk for batch in pending_chunks(catalog, 3) for chunk in batch]
    catalog.close()

    assert len(chunks) > 5
    assert [chunk.text for chunk in chunks] == [
        f"On lamps\n{abstract[chunk.start : chunk.stop]}" for chunk in chunks
    ]


def test_chunks_that_are_dropped_are_found_by_no_word(tmp_path: Path) -> None:
    catalog, _ = catalog_of(tmp_path, 200)
    found = "SELECT count(*) FROM chunks_fts WHERE chunks_fts MATCH 'lamps'"
    assert catalog.value(found) > 5
    with catalog.transaction():
        drop_chunks(catalog, 1)
    assert catalog.value(found) == 0
    catalog.execute("INSERT INTO chunks_fts (chunks_fts) VALUES ('integrity-check')")
    catalog.close()


def test_reading_the_chunks_of_a_long_abstract_takes_linear_time(tmp_path: Path) -> None:
    catalogs: dict[int, Catalog] = {}

    def read_all(sentences: int) -> int:
        if sentences not in catalogs:
            catalogs[sentences], _ = catalog_of(tmp_path / str(sentences), sentences)
        mark_all_pending(catalogs[sentences])
        return sum(len(batch) for batch in pending_chunks(catalogs[sentences], BATCH))

    assert_linear(read_all, 6_000)
    for catalog in catalogs.values():
        catalog.close()
