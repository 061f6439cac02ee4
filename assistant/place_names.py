"""The names of places: the table of divisions, cut short, and the aliases."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
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

    places: tuple[Place, ...] = ()  # beside the name of what they lie in
    alone: tuple[Place, ...] = ()  # by itself
    rank: int = NOTHING
    guarded: bool = False  # by itself only where the words around it say so
    generic: bool = False  # 高新区: most cities have one


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Every name, and how long the names with given first two characters may be."""

    names: Mapping[str, Name]
    lengths: Mapping[str, tuple[int, ...]]  # descending


@cache
def gazetteer() -> Gazetteer:
    """The names in the table and the aliases, and the phrases that are no names."""
    policy = _Policy.load()
    meanings: dict[str, dict[Place, int]] = defaultdict(dict)
    for place in dict.fromkeys((*_divisions(), *policy.aliases)):
        for name, rank in policy.forms(place):
            meanings[name][place] = max(rank, meanings[name].get(place, NOTHING))
    names = {phrase: Name() for phrase in contexts()["not_places"].split()}
    names |= {name: _name(name, found, policy) for name, found in meanings.items()}
    lengths: dict[str, set[int]] = defaultdict(set)
    for name in names:
        lengths[name[:2]].add(len(name))
    descending = {k: tuple(sorted(v, reverse=True)) for k, v in lengths.items()}
    return Gazetteer(names, descending)


@cache
def contexts() -> Mapping[str, Any]:
    """The rows of contexts.yaml: what the words around a name make of it."""
    return load_yaml(FOLDER / "contexts.yaml")


def _name(name: str, meanings: Mapping[Place, int], policy: "_Policy") -> Name:
    rank = max(meanings.values())
    alone = tuple(place for place, worth in meanings.items() if worth == rank > NOTHING)
    generic = name in policy.generic
    return Name(tuple(meanings), alone, rank, name in policy.guarded, generic)


@dataclass(frozen=True, slots=True)
class _Policy:
    """Which of a place's names are used, and which of them may stand alone."""

    aliases: Mapping[Place, list[str]]
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
        aliases = rows["aliases"].items()
        return cls(
            {Place(tuple(path.split("/"))): names.split() for path, names in aliases},
            {name: kinds.split() for name, kinds in rows["generic"].items()},
            *(frozenset(rows[k].split()) for k in ("bare", "guarded", "inside", "never")),
            *(re.compile(rows[k]) for k in ("short", "zone", "county")),
        )

    def forms(self, place: Place) -> Iterator[tuple[str, int]]:
        """Each way to write a place, with what that is worth alone."""
        full = place.path[-1]
        rank = self._rank(place)
        # 新县 and 和县 are too short to be told from 创新县域, 和县里.
        telling = rank > COUNTY or len(full) > 2 or full in self.bare
        yield full, rank if telling and full not in self.inside else NOTHING
        yield from ((name, CITY) for name in self.aliases.get(place, ()))
        if self.zone.search(full):
            yield from self._generic(full)
        elif (match := self.short.search(full)) and match[1] not in self.never:
            stem = match[1]
            known = rank > COUNTY or stem in self.bare or stem in self.guarded
            yield stem, rank if known else NOTHING
            yield from self._suffixed(stem, full, rank)

    def _rank(self, place: Place) -> int:
        if len(place.path) == 1:
            return PROVINCE
        below = len(place.path) == 3 or self.county.search(place.path[-1])
        return COUNTY if below else CITY

    def _suffixed(self, stem: str, full: str, rank: int) -> Iterator[tuple[str, int]]:
        """恩施州 for 恩施土家族苗族自治州, 管城区 for 管城回族区."""
        name = stem + full[-1]
        if rank < PROVINCE and name not in self.inside:
            yield name, rank

    def _generic(self, full: str) -> Iterator[tuple[str, int]]:
        for name, kinds in self.generic.items():
            if any(kind in full for kind in kinds):
                yield name, NOTHING if name in self.inside else COUNTY


def _divisions() -> Iterator[Place]:
    with (FOLDER / "divisions.csv").open(encoding="utf-8", newline="") as file:
        for row in list(csv.reader(file))[1:]:
            full = tuple(part for part in row if part)
            yield from (Place(full[:size]) for size in range(1, len(full) + 1))
