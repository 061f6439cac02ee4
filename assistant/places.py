"""The place that a question is about, from the places that it names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from assistant.place_mentions import Mention, mentions
from assistant.place_names import Place, contexts

__all__ = [
    "Ambiguous",
    "Found",
    "Mention",
    "NoPlace",
    "Place",
    "Several",
    "find_place",
    "mentions",
]


@dataclass(frozen=True, slots=True)
class Found:
    """The one place that a text is about."""

    place: Place
    mention: Mention


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A name that several places bear, and nothing to tell which."""

    name: str
    options: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Several:
    """Places that a text sets side by side, each with its mention in `mentions`.

    A place said before, to which the text compares, has no mention.
    """

    places: tuple[Place, ...]
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class NoPlace:
    """The text names no place, or none that counts beside the known one."""


Sure = tuple[Mention, Place]


def find_place(
    text: str, known: Place | None = None
) -> Found | Ambiguous | Several | NoPlace:
    """The place that a text is about; `known` is what the conversation said before."""
    found = mentions(text)
    sure, open_names = _resolved(found, known)
    unclear = [m for m in open_names if not m.generic or not (sure or known)]
    if unclear:
        return Ambiguous(unclear[0].text, unclear[0].places)
    counting = [s for s in sure if s[0].role != "origin" and not s[0].negated]
    if not counting and not known:
        counting = sure
    if not re.search(contexts()["apart"], text):
        for_me = bool(re.search(contexts()["for_me"], text))
        counting = _at_home(counting, known if for_me else None)
    return _summed_up(_most_specific(counting), known)


def _at_home(counting: list[Sure], known: Place | None) -> list[Sure]:
    """我们在武汉，河南的补贴能拿吗: Wuhan alone; what others get is not asked."""
    homes = [place for mention, place in counting if mention.home]
    homes = homes or ([known] if known else [])
    homes = homes or [place for mention, place in counting if not mention.measure]
    if not homes:
        return counting
    return [
        (mention, place)
        for mention, place in counting
        if not mention.measure or any(h == place or h.lies_in(place) for h in homes)
    ]


def _summed_up(counting: list[Sure], known: Place | None) -> Found | Several | NoPlace:
    if not counting:
        return NoPlace()
    mention, place = counting[0]
    said = tuple(mention for mention, _ in counting)
    places = tuple(dict.fromkeys(place for _, place in counting))
    if len(places) > 1:
        return Several(places, said)
    if known and known != place and mention.compared:
        return Several((known, place), said)
    return Found(place, mention)


def _resolved(
    found: Iterable[Mention], known: Place | None
) -> tuple[list[Sure], list[Mention]]:
    """The mentions with one meaning, and those that nothing makes clear."""
    said = dict.fromkeys(m.places[0] for m in found if len(m.places) == 1)
    contexts = (*said, known) if known else tuple(said)
    sure: list[Sure] = []
    unclear: list[Mention] = []
    for mention in found:
        options = _narrowed(mention, contexts)
        if len(options) == 1:
            sure.append((mention, options[0]))
        else:
            unclear.append(replace(mention, places=options))
    return sure, unclear


def _narrowed(mention: Mention, contexts: Iterable[Place]) -> tuple[Place, ...]:
    """What a name may mean, given places spoken of: the nearest to the first of them.

    A generic name is sought in the same city only: 高新区 said by one in Henan may be
    any city's.
    """
    if len(mention.places) == 1:
        return mention.places
    for context in contexts:
        widest = 1 if mention.generic else 0
        for depth in range(len(context.path), widest, -1):
            around = Place(context.path[:depth])
            inside = tuple(p for p in mention.places if p.lies_in(around))
            if inside:
                return inside
    return mention.places


def _most_specific(sure: list[Sure]) -> list[Sure]:
    """Without the places that another one of them lies in: 河南 beside 郑州."""
    places = {place for _, place in sure}
    wider = {p for p in places if any(q != p and q.lies_in(p) for q in places)}
    return [(mention, place) for mention, place in sure if place not in wider]
