"""Questions about a text itself are answered from its entry, not by search."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from index.documents import PolicyDocument
from index.library import Library
from index.ranking import PlacePath
from prompts import say

PLACE = 2  # characters of a place's name that are always said
MOST_OF_TITLE = 0.6  # of its pairs of characters, beside its place


@dataclass(frozen=True, slots=True)
class Named:
    """The texts that a question speaks of, by name or by place."""

    documents: tuple[PolicyDocument, ...]
    by_name: bool


def named_documents(
    text: str, library: Library, places: tuple[PlacePath, ...]
) -> Named:
    """The texts named in a normalised question, else those issued at its places."""
    whole = [d for d in library.documents.values() if d.parent is None]
    plain = _plain(text)
    called = [d for d in library.documents.values() if _is_called(plain, d)]
    if called:
        return Named(tuple(called), by_name=True)
    there = [d for d in whole if any(d.place == p for p in places)]
    return Named(tuple(there), by_name=False)


def _is_called(plain: str, document: PolicyDocument) -> bool:
    names = (document.title, document.short, document.number or "", *document.names)
    if any(name and _plain(name) in plain for name in names):
        return True
    place = "".join(document.place[-1:])[:PLACE]
    if not place or place not in plain:
        return False
    title = _pairs(_plain(document.title))
    return len(title & _pairs(plain)) >= MOST_OF_TITLE * len(title)


def _pairs(words: str) -> set[str]:
    return {words[i : i + 2] for i in range(len(words) - 1)}


@lru_cache(100_000)
def _plain(name: str) -> str:
    """A name without quotes, brackets and blanks, which callers leave out."""
    kept = (c for c in name.lower() if c.isalnum())
    return "".join(kept)


def state(fact: str, document: PolicyDocument, library: Library, as_of: date) -> str:
    """One sentence on a fact of the text: number, issuer, issued, validity, …"""
    return _STATE[fact](document, library, as_of)


def chinese_date(day: date | None) -> str:
    """2026年11月22日, "" for none."""
    if day is None:
        return ""
    return say("replies.date", year=day.year, month=day.month, day=day.day)


def status_sentence(document: PolicyDocument, as_of: date) -> str:
    """What is to be said of the text's validity on a day."""
    return say(
        f"replies.status.{document.status(as_of)}",
        as_of=chinese_date(as_of),
        until=chinese_date(document.valid_until),
        issued=chinese_date(document.issued),
    )


def _stated(name: str, value: str | None, document: PolicyDocument) -> str:
    key = name if value else f"no_{name}"
    return say(f"replies.facts.{key}", title=document.title, value=value)


def _parts(document: PolicyDocument, library: Library, _: date) -> str:
    parts = [library.documents[p] for p in document.parts]
    if not parts:
        return _stated("parts", None, document)
    names = (f"{p.id.rpartition('/')[2]}《{p.title}》" for p in parts)
    return say(
        "replies.facts.parts",
        title=document.title,
        count=len(parts),
        value="、".join(names),
    )


def _place(document: PolicyDocument, _: Library, __: date) -> str:
    return say(
        "replies.facts.place",
        title=document.title,
        level=say(f"replies.levels.{document.level}"),
        value="".join(document.place),
    )


def _validity(document: PolicyDocument, _: Library, as_of: date) -> str:
    status = status_sentence(document, as_of)
    return say("replies.facts.validity", title=document.title, status=status)


def _sources(document: PolicyDocument, _: Library, __: date) -> str:
    found = "；".join(f"{s.found}（{s.file}）" for s in document.sources)
    return say("replies.facts.sources", title=document.title, value=found)


_STATE: dict[str, Callable[[PolicyDocument, Library, date], str]] = {
    "number": lambda d, _, __: _stated("number", d.number, d),
    "issuer": lambda d, _, __: _stated("issuer", d.issuer, d),
    "issued": lambda d, _, __: _stated("issued", chinese_date(d.issued), d),
    "validity": _validity,
    "parts": _parts,
    "place": _place,
    "sources": _sources,
}
