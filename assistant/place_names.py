"""The names of places: the table of divisions, cut short, and the aliases."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from index.yaml_files import load_yaml

FOLDER = Path(__file__).with_name("places")
# What a name is worth by itself: nothing, or the rank of the place that it means.
NOTHING, COUNTY, CITY, PROVINCE = range(4)


@dataclass(frozen=True, slots=True)
class Place:
    """A province, a city or a county, with what it lies in: (河南省, 郑州市)."""

    path: tuple[str, ...]

    def lies_in(self, other: "Place") -> bool:
        """Whether it is the other place or a part of it."""
        return self.path[: len(other.path)] == other.path


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written; one without places is a phrase to be passed over."""

    places: tuple[Place, ...]  # beside the name of what they lie in
    alone: tuple[Place, ...]  # by itself
    rank: int
    guarded: bool  # by itself only where the words around it say so
    generic: bool  # 高新区: most cities have one


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Every name with its places, and how long a name that begins so may be."""

    # By name, by path: what the name is worth alone. Plain values, for speed of load.
    worth: Mapping[str, Mapping[tuple[str, ...], int]]
    lengths: Mapping[str, list[int]]  # by the first two characters, descending
    guarded: frozenset[str]
    generic: frozenset[str]


@cache
def gazetteer() -> Gazetteer:
    """The names in the table and the aliases, and the phrases that are no names."""
    policy = _Policy.load()
    worth: dict[str, dict[tuple[str, ...], int]] = {
        phrase: {} for phrase in contexts()["not_places"].split()
    }
    for path in dict.fromkeys((*_divisions(), *policy.aliases)):
        for name, rank in policy.forms(path):
            meanings = worth.setdefault(name, {})
            meanings[path] = max(rank, meanings.get(path, NOTHING))
    lengths: dict[str, list[int]] = {}
    for name in sorted(worth, key=len, reverse=True):
        known = lengths.setdefault(name[:2], [])
        if len(name) not in known[-1:]:
            known.append(len(name))
    return Gazetteer(worth, lengths, policy.guarded, frozenset(policy.generic))


@lru_cache(4096)
def name_written(written: str) -> Name | None:
    """The name so written, None if there is none."""
    book = gazetteer()
    worth = book.worth.get(written)
    if worth is None:
        return None
    rank = max(worth.values(), default=NOTHING)
    return Name(
        tuple(Place(path) for path in worth),
        tuple(Place(path) for path, w in worth.items() if w == rank > NOTHING),
        rank,
        written in book.guarded,
        written in book.generic,
    )


@cache
def contexts() -> Mapping[str, Any]:
    """The rows of contexts.yaml: what the words around a name make of it."""
    return load_yaml(FOLDER / "contexts.yaml")


@dataclass(frozen=True, slots=True)
class _Policy:
    """Which of a place's names are used, and which of them may stand alone."""

    aliases: Mapping[tuple[str, ...], list[str]]
    generic: Mapping[str, list[str]]
    bare: frozenset[str]
    guarded: frozenset[str]
    inside: frozenset[str]
    never: frozenset[str]
    short: re.Pattern[str]
    zone: re.Pattern[str]
    county: re.Pattern[str]

    @classmethod
    def load(cls) -> "_Policy":
        rows = load_yaml(FOLDER / "aliases.yaml")
        return cls(
            {tuple(path.split("/")): v.split() for path, v in rows["aliases"].items()},
            {name: kinds.split() for name, kinds in rows["generic"].items()},
            bare=frozenset(rows["bare"].split()),
            guarded=frozenset(rows["guarded"].split()),
            inside=frozenset(rows["inside"].split()),
            never=frozenset(rows["never"].split()),
            short=re.compile(rows["short"]),
            zone=re.compile(rows["zone"]),
            county=re.compile(rows["county"]),
        )

    def forms(self, path: tuple[str, ...]) -> Iterator[tuple[str, int]]:
        """Each way to write a place, with what that is worth alone."""
        full = path[-1]
        rank = self._rank(path)
        # 新县 and 和县 are too short to be told from 创新县域, 和县里.
        telling = rank > COUNTY or len(full) > 2 or full in self.bare
        yield full, rank if telling and full not in self.inside else NOTHING
        for name in self.aliases.get(path, ()):
            yield name, CITY
        if self.zone.search(full):
            yield from self._generic(full)
        elif (match := self.short.search(full)) and match[1] not in self.never:
            stem = match[1]
            known = rank > COUNTY or stem in self.bare or stem in self.guarded
            yield stem, rank if known else NOTHING
            suffixed = stem + full[-1]  # 管城区 for 管城回族区
            if suffixed != full and rank < PROVINCE:
                yield suffixed, rank

    def _rank(self, path: tuple[str, ...]) -> int:
        if len(path) == 1:
            return PROVINCE
        return COUNTY if len(path) == 3 or self.county.search(path[-1]) else CITY

    def _generic(self, full: str) -> Iterator[tuple[str, int]]:
        for name, kinds in self.generic.items():
            if any(kind in full for kind in kinds):
                yield name, NOTHING if name in self.inside else COUNTY


def _divisions() -> Iterator[tuple[str, ...]]:
    with (FOLDER / "divisions.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for province, city, county in rows:
            yield (province,)
            yield (province, city)
            if county:
                yield (province, city, county)
