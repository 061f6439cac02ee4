"""The whole corpus: every listed text read into documents and clauses."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from index.clauses import CLOSING, PREFACE, Section, sections
from index.clean import Garble, clean, garble
from index.documents import (
    FOLDER,
    Entry,
    Part,
    PolicyDocument,
    Source,
    documents_of,
    load_entries_of,
)
from index.sentences import Sentence, responsible_units, sentences
from index.text import Correction, Edit, Text
from index.variants import Variant, differences
from index.yaml_files import DataError
from prompts import say


@dataclass(frozen=True, slots=True)
class Place:
    """Where a clause stands: characters [start, end) of a raw source file."""

    file: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered clause, or the front matter (#前言, #结语) of a document."""

    id: str  # "zhengzhou-2024#三（一）1"
    document: str
    number: str
    label: str  # 三、（一）1. as printed
    headings: tuple[str, ...]
    heading: str
    text: str
    units: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    sources: tuple[Place, ...]
    corrections: tuple[Correction, ...]
    variants: tuple[Variant, ...] = ()

    @property
    def is_front_matter(self) -> bool:
        """Whether this is the preface or the closing rather than a numbered clause."""
        return self.number.endswith((PREFACE, CLOSING))


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as read from one source: its sections, and everything odd about it."""

    document: PolicyDocument
    file: str
    text: Text
    sections: tuple[Section, ...]
    gaps: tuple[str, ...]
    repeats: tuple[str, ...]
    garble: tuple[Garble, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """All documents and clauses by id, in the order of documents.yaml."""

    documents: dict[str, PolicyDocument]
    clauses: dict[str, Clause]
    readings: tuple[Reading, ...]


def read_corpus(folder: Path = FOLDER) -> Corpus:
    """Read every text of `folder`/documents.yaml.

    Raises DataError when an entry does not fit its text.
    """
    documents: dict[str, PolicyDocument] = {}
    clauses: dict[str, Clause] = {}
    readings: list[Reading] = []
    for entry in load_entries_of(folder):
        for document in documents_of(entry):
            documents[document.id] = document
        for reading in read_entry(entry, folder / "corpus"):
            readings.append(reading)
            for clause in clauses_of(reading):
                if clause.id in clauses:
                    raise DataError(_repeated(reading, clause.number))
                clauses[clause.id] = clause
        for copy in read_copies(entry, folder / "corpus"):
            readings.append(copy)
            _merge(clauses, copy)
        _check_validity(entry, clauses)
    return Corpus(documents, clauses, tuple(readings))


def read_entry(entry: Entry, folder: Path) -> list[Reading]:
    """The main text and the annexes of one entry, from its first source."""
    return _read_source(entry, entry.sources[0], folder)


def read_copies(entry: Entry, folder: Path) -> list[Reading]:
    """The same texts again from the entry's other sources, and its annexes' copies."""
    copies = [r for s in entry.sources[1:] for r in _read_source(entry, s, folder)]
    for part, document in zip(entry.parts, documents_of(entry)[1:], strict=True):
        for source in part.copies:
            text = load_text(folder / source.file, source)
            copies.append(read_text(document, source.file, text))
    return copies


def _read_source(entry: Entry, source: Source, folder: Path) -> list[Reading]:
    text = load_text(folder / source.file, source)
    starts = [0]
    for part in entry.parts:
        starts.append(_begin(text, part, source.file, starts[-1]))
    ends = [*starts[1:], len(text)]
    return [
        read_text(document, source.file, text.part(start, end))
        for document, start, end in zip(documents_of(entry), starts, ends, strict=True)
    ]


def read_text(document: PolicyDocument, file: str, text: Text) -> Reading:
    """One cleaned text as sections."""
    found, numbers = sections(text)
    damaged = tuple(garble(text))
    return Reading(document, file, text, found, numbers.gaps, numbers.repeats, damaged)


def load_text(path: Path, source: Source | None = None) -> Text:
    """A raw file, cleaned; the regions that its entry drops are recorded as such.

    Raises DataError when it is missing, is not UTF-8 or lacks a dropped region.
    """
    try:
        raw = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataError(say("messages.no_file", file=path)) from error
    except UnicodeDecodeError as error:
        raise DataError(say("messages.corpus.encoding", file=path)) from error
    text = Text.from_raw(raw)
    edits: list[Edit] = []
    for drop in source.drops if source else ():
        start = raw.find(drop.start)
        # One line may be dropped by the same words twice.
        after = start + max(0, len(drop.start) - len(drop.end))
        end = raw.find(drop.end, after) if start >= 0 else -1
        if min(start, end) < 0:
            missing = drop.start if start < 0 else drop.end
            raise DataError(
                say("messages.corpus.drop_missing", file=path.name, text=missing)
            )
        edits.append(Edit(start, end + len(drop.end), "", drop.kind))
    edits.sort()
    for one, other in pairwise(edits):
        if other.start < one.end:
            words = raw[other.start : other.end].partition("\n")[0]
            raise DataError(
                say("messages.corpus.drop_overlap", file=path.name, text=words)
            )
    return clean(text.edit(edits))


def clauses_of(reading: Reading) -> list[Clause]:
    """The clauses and the front matter of one text."""
    return [
        Clause(
            id=f"{reading.document.id}#{s.number}",
            document=reading.document.id,
            number=s.number,
            label=s.label,
            headings=s.headings,
            heading=s.heading,
            text=s.text.value,
            units=responsible_units(s.text.value),
            sentences=sentences(s.text),
            sources=(Place(reading.file, *s.text.span()),),
            corrections=s.text.corrections,
        )
        for s in reading.sections
        if s.kind != "heading" and s.text.value
    ]


def _begin(text: Text, part: Part, file: str, after: int) -> int:
    """Where an annex begins: the line that says 附件 1, blanks aside."""
    wanted = re.sub(r"\s", "", part.begins)
    at = 0
    for line in text.value.splitlines(keepends=True):
        if at > after and re.sub(r"\s", "", line) == wanted:
            return at
        at += len(line)
    raise DataError(say("messages.corpus.begins_missing", file=file, text=part.begins))


def _merge(clauses: dict[str, Clause], copy: Reading) -> None:
    """Add another source to the clauses it holds too, with its differences listed."""
    for other in clauses_of(copy):
        mine = clauses.get(other.id)
        if mine is None and not other.is_front_matter:
            number = other.number
            raise DataError(say("messages.corpus.extra", file=copy.file, number=number))
        if mine is not None:
            clauses[other.id] = replace(
                mine,
                sources=(*mine.sources, *other.sources),
                variants=(
                    *mine.variants,
                    *differences(copy.file, mine.text, other.text),
                ),
            )


def _check_validity(entry: Entry, clauses: dict[str, Clause]) -> None:
    quote = entry.validity_quote
    own = {document.id for document in documents_of(entry)}
    texts = [c.text for c in clauses.values() if c.document in own]
    if quote and not any(quote in text for text in texts):
        message = "messages.corpus.validity_quote"
        raise DataError(say(message, id=entry.id, quote=quote))


def _repeated(reading: Reading, number: str) -> str:
    document = reading.document.id
    return say("messages.corpus.repeated_number", id=document, number=number)
