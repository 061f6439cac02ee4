"""Clauses and documents come back from SQLite as they went in."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from checkout import Checkout

from index.library import Library, write_library
from index.read import Corpus, read_corpus


@pytest.fixture(scope="module")
def library(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Library:
    return written(corpus, tmp_path_factory.mktemp("library") / "library.sqlite")


def written(corpus: Corpus, path: Path) -> Library:
    write_library(path, corpus.documents.values(), corpus.clauses.values())
    return Library(path)


def test_every_clause_comes_back_as_it_was_read(corpus: Corpus, library: Library):
    assert library.ids == list(corpus.clauses)
    for clause in corpus.clauses.values():
        assert library.clause(clause.id) == clause


def test_corrections_and_variants_come_back_too(library: Library):
    clauses = [library.clause(i) for i in library.ids]
    assert any(clause.corrections for clause in clauses)
    assert any(clause.variants for clause in clauses)
    assert any(len(clause.sources) > 1 for clause in clauses)


def test_every_document_comes_back_as_it_was_read(corpus: Corpus, library: Library):
    assert library.documents == corpus.documents
    assert list(library.documents) == list(corpus.documents)
    assert any(s.drops for d in library.documents.values() for s in d.sources)


def test_texts_without_dates_or_place_come_back_too(checkout: Checkout, tmp_path: Path):
    corpus = read_corpus(checkout.folder / "index")
    library = written(corpus, tmp_path / "library.sqlite")
    assert library.documents == corpus.documents
    assert library.documents["nation"].place == ()
    assert library.documents["zhengzhou"].valid_until is None
    assert [library.clause(i) for i in library.ids] == list(corpus.clauses.values())


def test_each_row_knows_its_clause_document_and_place(corpus: Corpus, library: Library):
    for row, (clause, owner) in enumerate(
        zip(library.ids, library.owners, strict=True)
    ):
        assert library.row[clause] == row
        assert corpus.clauses[clause].document == owner


def test_the_clauses_of_a_document_come_in_their_order(
    corpus: Corpus, library: Library
):
    for document in corpus.documents:
        own = [c for c in corpus.clauses.values() if c.document == document]
        assert library.of_document(document) == own
    assert library.of_document("no-such-text") == []


def test_writing_again_replaces_what_was_there(
    corpus: Corpus, checkout: Checkout, tmp_path: Path
):
    path = tmp_path / "library.sqlite"
    written(read_corpus(checkout.folder / "index"), path)
    assert written(corpus, path).ids == list(corpus.clauses)


@pytest.mark.parametrize(
    "name", ["有 空格", "100%41", "a#b", "a?b", "a&b=c", "附件'1'"]
)
def test_the_folder_may_be_called_anything(corpus: Corpus, tmp_path: Path, name: str):
    (tmp_path / name).mkdir()
    library = written(corpus, tmp_path / name / "library.sqlite")
    assert library.clause(library.ids[0]) == corpus.clauses[library.ids[0]]


def test_a_library_that_is_not_there_is_not_made(tmp_path: Path):
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        Library(tmp_path / "library.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_sixteen_threads_read_what_one_reads(corpus: Corpus, tmp_path: Path):
    library = written(corpus, tmp_path / "library.sqlite")
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(library.clause, library.ids * 4))
    assert found == list(corpus.clauses.values()) * 4
