"""Sentences of a clause, with raw offsets, and the units responsible for it."""

import re
from dataclasses import dataclass

from index.text import Text

# A sentence ends at 。！？； or a line break; closing quotes and brackets stay with it.
SENTENCE = re.compile(r"[^。！？；\n]*(?:[。！？；]+[”’》）)]*|\n|$)")
UNITS = re.compile(
    r"[（(]\s*责任单位\s*[:：]\s*(?P<units>(?:[^（）()]|[（(][^（）()]*[）)])*)[）)]"
)
# 各市、州、县人民政府 is one unit.
UNIT = re.compile(
    r"各(?:[省市州县区乡镇]、)+[^、，,；;]+|(?:[^、，,；;（(]|[（(][^）)]*[）)])+"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its place in the raw source file, [start, end)."""

    text: str
    start: int
    end: int


def sentences(text: Text) -> tuple[Sentence, ...]:
    """The sentences of a clause in order; its responsible units are one of them."""
    found: list[Sentence] = []
    for begin, stop in _stretches(text.value):
        piece = text.value[begin:stop]
        begin += len(piece) - len(piece.lstrip())
        stop = begin + len(piece.strip())
        if begin < stop:
            low, high = text.part(begin, stop).span()
            found.append(Sentence(text.value[begin:stop], low, high))
    return tuple(found)


def _stretches(value: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    at = 0
    for m in [*UNITS.finditer(value), None]:
        stop = m.start() if m else len(value)
        spans += [s.span() for s in SENTENCE.finditer(value, at, stop)]
        if m:
            spans.append(m.span())
            at = m.end()
    return spans


def responsible_units(value: str) -> tuple[str, ...]:
    """The units named in （责任单位：…）, as printed and in order; () if none."""
    units: list[str] = []
    for m in UNITS.finditer(value):
        units += [u for found in UNIT.findall(m["units"]) if (u := found.strip())]
    return tuple(units)
