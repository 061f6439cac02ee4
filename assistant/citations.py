"""Quotes: whole sentences of one clause, verbatim, with the repairs made to them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from assistant.answer import Citation
from assistant.quotes import joined
from index.documents import PolicyDocument, Status
from index.read import Clause
from prompts import say

# Repairs a reader wants to see one by one; the others are only counted.
SPECIFIC = ("double_byte", "word", "repeated")
COUNTED = ("traditional", "pinyin")


def cite(
    marker: int,
    clause: Clause,
    document: PolicyDocument,
    status: Status,
    positions: Iterable[int],
) -> Citation:
    """A citation of the sentences at `positions` of the clause."""
    return Citation(
        marker=marker,
        clause=clause.id,
        document=document.title,
        label=clause.label,
        quote=quote(clause, positions),
        status=status,
        corrections=corrections(clause),
    )


def cite_passages(
    marker: int,
    clause: Clause,
    document: PolicyDocument,
    status: Status,
    passages: list[tuple[int, int]],
) -> Citation:
    """A citation of the passages [start, end) of the clause's text."""
    citation = cite(marker, clause, document, status, ())
    return replace(citation, quote=joined(clause, passages))


def quote(clause: Clause, positions: Iterable[int]) -> str:
    """The sentences in their order, … between those that are not neighbours."""
    chosen = sorted(set(positions))
    words = ""
    for before, position in zip([None, *chosen], chosen, strict=False):
        if before is not None and position != before + 1:
            words += "…"
        words += clause.sentences[position].text
    return words


def corrections(clause: Clause) -> tuple[str, ...]:
    """What was repaired in the clause's source, and where another source differs."""
    notes = [
        say(
            f"ui.corrections.{'each' if c.corrected else 'removed'}",
            raw=c.raw.strip(),
            corrected=c.corrected,
            kind=say(f"ui.repair_kinds.{c.kind}"),
        )
        for c in clause.corrections
        if c.kind in SPECIFIC
    ]
    counts = Counter(c.kind for c in clause.corrections if c.kind in COUNTED)
    notes += [
        say("ui.corrections.counted", kind=say(f"ui.repair_kinds.{k}"), count=n)
        for k, n in counts.items()
    ]
    notes += [
        say("ui.corrections.variants", file=v.file, ours=v.ours, theirs=v.theirs)
        for v in clause.variants
    ]
    return tuple(dict.fromkeys(notes))
