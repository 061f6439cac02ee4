"""What a query may be answered from: decided by place and status before any ranking."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.documents import PolicyDocument, Status
from index.library import Library
from index.ranking import PlacePath
from index.store import group_of


@dataclass(frozen=True, slots=True)
class Scope:
    """The clause rows that count, and the documents to ask each collection for."""

    rows: NDArray[np.intp]
    groups: Mapping[str, Sequence[str] | None]  # None: all that the collection holds


def applies(document: PolicyDocument, places: Iterable[PlacePath]) -> bool:
    """Whether a text holds at one of the places, above it, or inside a province.

    Someone who names only the province may be in any of its cities.
    """
    own = document.place
    return any(
        own == asked[: len(own)] or (len(asked) == 1 and own[:1] == asked)
        for asked in places
    )


def scope_of(
    library: Library,
    places: Sequence[PlacePath],
    statuses: Sequence[Status],
    as_of: date,
) -> Scope:
    """The scope of a query; no places means everywhere, no statuses means any."""
    owning = set(library.owners)
    held = [d for d in library.documents.values() if d.id in owning]
    allowed = {
        d.id
        for d in held
        if (not places or applies(d, places))
        and (not statuses or d.status(as_of) in statuses)
    }
    rows = np.flatnonzero(np.array([owner in allowed for owner in library.owners]))
    groups: dict[str, list[str] | None] = {}
    for group in dict.fromkeys(group_of(d.place) for d in held):
        ids = [d.id for d in held if group_of(d.place) == group]
        inside = [i for i in ids if i in allowed]
        if inside:
            groups[group] = None if len(inside) == len(ids) else inside
    return Scope(rows, groups)
