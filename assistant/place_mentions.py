"""Where a text speaks of places, and in which role: registered, project, origin."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from assistant.place_names import CITY, Gazetteer, Name, Place, contexts, gazetteer
from index.clean import simplified

WINDOW = 16  # characters before and after a name that say what it is
PUNCTUATION = re.compile(r"[，。,;；:：!?！？\n]")
ELSEWHERE = "elsewhere"  # where customers are; no mention of the asker's own places


@dataclass(frozen=True, slots=True)
class Mention:
    """A place as named: `text` stands at [start, end) and may mean any of `places`."""

    text: str
    start: int
    end: int
    places: tuple[Place, ...]
    role: str = "other"  # registered, project, origin (a person's), other
    generic: bool = False  # 高新区: most cities have one
    negated: bool = False  # 不在郑州
    compared: bool = False  # 跟武汉比


def mentions(text: str) -> tuple[Mention, ...]:
    """The places that a text names as its asker's own, in their order."""
    folded = _folded(text)
    found = list(_merged(folded, _named(folded)))
    read: list[Mention] = []
    for number, mention in enumerate(found):
        start = found[number - 1].end if number else 0
        end = found[number + 1].start if number + 1 < len(found) else len(text)
        before = PUNCTUATION.split(folded[max(start, mention.start - WINDOW) : mention.start])[-1]
        ...
    return tuple(m for m in read if m.role != ELSEWHERE)
