"""Which lines of a text open a numbered clause, judged by their sequence.

Families, as printed at the head of a line: 第X编/章/节 (division), 第X条 (article),
一、 (cn), （一） (paren), 1. (digit). A number counts only where it continues its
family, so a cross-reference or a wrapped line is never taken for a clause.
"""

import re
from dataclasses import dataclass, field, replace

from index.numerals import NUMERAL, to_int

LEAD = r"^[#\s\u3000>*-]*"
FAMILIES = {
    "division": re.compile(rf"{LEAD}(第({NUMERAL}|\d+)(分编|编|章|节|部分))(?=\s|$)"),
    "article": re.compile(rf"{LEAD}(第({NUMERAL}|\d+)条(?:之({NUMERAL}))?)[\s\u3000]*"),
    "cn": re.compile(rf"{LEAD}(({NUMERAL})、)"),
    "paren": re.compile(rf"{LEAD}([（(]({NUMERAL})[）)][、.．]?)\s*"),
    "digit": re.compile(rf"{LEAD}((\d{{1,3}})[.．、])(?!\d)\s*"),
}
# 第三条规定的…, 第五条、第六条…: a reference that a wrapped line happens to begin with.
REFERENCE = re.compile(
    r"(第.{1,3}[款项]|规定|所列|所称|所述|之规定|[至和或及、，]|或者|以及|的|中|修改|删去)"
)
OUTLINE = ("cn", "paren", "digit")
# A gap this small is the source's own mistake; a larger jump is no numbering.
LARGEST_GAP = 3


@dataclass(frozen=True, slots=True)
class Marker:
    """A line that opens a clause or a division."""

    family: str
    number: int
    suffix: int  # the 1 of 第十条之一, else 0
    printed: str  # 三、 / （一） / 1. / 第三条
    start: int  # of the line, in the text
    body: int  # of the first character after the number
    part: int = 0  # counts restarts at 第一条 in one text


@dataclass(frozen=True, slots=True)
class Numbering:
    """The accepted markers in order, and what is odd about their sequence."""

    markers: tuple[Marker, ...]
    gaps: tuple[str, ...] = ()
    repeats: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sequence:
    """The counters while reading the lines of one text in order."""

    article: tuple[int, int] = (0, 0)
    part: int = 0
    last: dict[str, int] = field(default_factory=dict[str, int])
    fresh: set[str] = field(default_factory=lambda: set(OUTLINE))  # parent is new
    gaps: list[str] = field(default_factory=list[str])
    repeats: list[str] = field(default_factory=list[str])


def numbering(value: str) -> Numbering:
    """The markers of a text: its articles where it has any, else its outline."""
    found = _candidates(value)
    articles = [m for m in found if m.family == "article"]
    state = _Sequence()
    if articles and articles[0].number == 1 or len(articles) > 2:
        kept = [m for m in found if m.family in ("division", "article")]
        accepted = [a for m in kept if (a := _article(m, value, state))]
    else:
        kept = [m for m in found if m.family in OUTLINE]
        accepted = [m for m in kept if _continues(m, state)]
    return Numbering(tuple(accepted), tuple(state.gaps), tuple(state.repeats))


def _candidates(value: str) -> list[Marker]:
    """Every line that begins like a marker, in order."""
    found: list[Marker] = []
    at = 0
    for line in value.splitlines(keepends=True):
        for family, pattern in FAMILIES.items():
            if m := pattern.match(line):
                suffix = to_int(m[3]) if family == "article" and m[3] else 0
                number = to_int(m[2])
                found.append(Marker(family, number, suffix, m[1], at, at + m.end()))
                break
        at += len(line)
    return found


def _article(marker: Marker, value: str, state: _Sequence) -> Marker | None:
    """The marker with its part if it continues the articles, None if a reference."""
    if marker.family == "division":
        return _in_part(marker, state.part)
    last = state.article
    here = (marker.number, marker.suffix)
    rest = value[marker.body : marker.body + 6]
    spaced = value[marker.body - 1].isspace() or not rest.strip()
    if REFERENCE.match(rest) and not spaced:
        return None
    if here == (1, 0) and last > (1, 0):
        state.part += 1
    elif here <= last:
        state.repeats.append(marker.printed)
        return None
    elif marker.number > last[0] + 1:
        state.gaps.append(marker.printed)
    state.article = here
    return _in_part(marker, state.part)


def _in_part(marker: Marker, part: int) -> Marker:
    return replace(marker, part=part) if part else marker


def _continues(marker: Marker, state: _Sequence) -> bool:
    """Whether an outline marker continues its family, or starts it under a new parent.

    1.…5. under （一） may go on as 6. under （二）, or start again at 1.
    """
    family, number = marker.family, marker.number
    last = state.last.get(family, 0)
    if 0 < last < number - 1 <= last + LARGEST_GAP:
        state.gaps.append(marker.printed)
    elif number != last + 1 and not (number == 1 and family in state.fresh):
        if number <= last:
            state.repeats.append(marker.printed)
        return False
    state.last[family] = number
    state.fresh.discard(family)
    state.fresh |= set(OUTLINE[OUTLINE.index(family) + 1 :])
    return True
