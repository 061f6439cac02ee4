"""A clause's source as it was found, with each place that was repaired."""

from dataclasses import dataclass
from functools import lru_cache

from index.documents import FOLDER
from index.read import Clause, Place
from index.text import Correction
from prompts import words


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the source; `kind` says what was repaired in it, if anything."""

    text: str
    kind: str = ""
    corrected: str = ""


@dataclass(frozen=True, slots=True)
class RawText:
    """A clause in one of its source files."""

    place: Place
    pieces: tuple[Piece, ...]


def raw_texts(clause: Clause) -> list[RawText]:
    """The clause in each of its sources; the repairs are those of the first."""
    return [
        RawText(place, tuple(_pieces(place, () if number else clause.corrections)))
        for number, place in enumerate(clause.sources)
    ]


def _pieces(place: Place, corrections: tuple[Correction, ...]) -> list[Piece]:
    raw = _raw(place.file)
    kinds = words("ui.repair_kinds")
    pieces: list[Piece] = []
    at = place.start
    inside = (c for c in corrections if place.start <= c.start and c.end <= place.end)
    for one in sorted(inside, key=lambda c: c.start):
        if one.start < at:
            continue
        pieces.append(Piece(raw[at : one.start]))
        pieces.append(Piece(raw[one.start : one.end], kinds[one.kind], one.corrected))
        at = one.end
    pieces.append(Piece(raw[at : place.end]))
    return [piece for piece in pieces if piece.text]


@lru_cache(64)
def _raw(file: str) -> str:
    """A raw file as read_corpus counts its characters."""
    return (FOLDER / "corpus" / file).read_bytes().decode("utf-8-sig")
