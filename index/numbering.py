"""Which of a text's markers are its own clauses, judged by their sequence.

A number counts only where it continues its family, so a cross-reference or a wrapped
line is never taken for a clause.
"""

import re
from dataclasses import dataclass, field, replace

from index.markers import Marker, candidates
from index.numerals import to_chinese

OUTLINE = ("cn", "paren", "digit")
DIVISIONS = ("编", "分编", "章", "节", "部分")
# Headings 一、 between articles lie below every division.
HEADING_DEPTH = len(DIVISIONS)
BARE = re.compile(r"[^。；：！？，,;:\n]{2,40}")
# A gap this small is the source's own mistake; a larger jump is no numbering.
LARGEST_GAP = 3


@dataclass(frozen=True, slots=True)
class Numbering:
    """The accepted markers in order, and what is odd about their sequence."""

    markers: tuple[Marker, ...]
    gaps: tuple[str, ...] = ()
    repeats: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sequence:
    """The counters while reading the markers of one text in order."""

    article: tuple[int, int] = (0, 0)
    parts: int = 1
    part: str = ""
    used: set[str] = field(default_factory=set[str])  # the parts' names so far
    below_division: bool = False  # nothing has been read since a division began
    divisions: list[Marker] = field(default_factory=list[Marker])  # the open ones
    open: list[str] = field(default_factory=list[str])  # the outline's open families
    last: dict[str, int] = field(default_factory=dict[str, int])
    gaps: list[str] = field(default_factory=list[str])
    repeats: list[str] = field(default_factory=list[str])


def numbering(value: str) -> Numbering:
    """The markers of a text: its articles where it has any, else its outline."""
    found = candidates(value)
    state = _Sequence()
    by_articles = _is_of_articles(value, found)
    kept = _between_articles(value, found) if by_articles else _from_first(found)
    judge = _article if by_articles else _clause
    accepted: list[Marker] = []
    for i, marker in enumerate(kept):
        if marker.family == "division":
            accepted.append(_division(marker, state))
        elif judge(marker, kept[i + 1 :], state):
            depth = 0 if by_articles else HEADING_DEPTH + len(state.open) - 1
            accepted.append(replace(marker, depth=depth, part=state.part))
            state.below_division = False
    if not any(m.family != "division" for m in accepted):
        accepted = []
    return Numbering(tuple(accepted), tuple(state.gaps), tuple(state.repeats))


def _is_of_articles(value: str, found: list[Marker]) -> bool:
    """Whether the text is made of articles, rather than an outline that quotes some."""
    articles = [m for m in found if m.family == "article"]
    if not articles or not (articles[0].number == 1 or len(articles) > 2):
        return False
    items = [i for i, m in enumerate(found) if m.family == "cn"]
    own = bool(items) and found[items[0]].start < articles[0].start
    if own and _stands_above(value, found, items[0]):
        own = False
    return not own or len(articles) > len(items)


def _between_articles(value: str, found: list[Marker]) -> list[Marker]:
    """Divisions and articles, and the headings 一、管辖 that stand right above one."""
    kept: list[Marker] = []
    for i, marker in enumerate(found):
        if marker.family in ("division", "article"):
            kept.append(marker)
        elif marker.family == "cn" and _stands_above(value, found, i):
            kept.append(replace(marker, family="division", depth=HEADING_DEPTH))
    return kept


def _stands_above(value: str, found: list[Marker], at: int) -> bool:
    """Whether a bare heading is followed by nothing but an article."""
    for marker, after in zip(found[at : at + 2], found[at + 1 : at + 3], strict=False):
        if not BARE.fullmatch(value[marker.body : after.start].strip()):
            return False
        if after.family != "paren":
            return after.family == "article"
    return False


def _from_first(found: list[Marker]) -> list[Marker]:
    """An outline from 一、 on, where it has one; a list above it is no clause."""
    kept = [m for m in found if m.family != "article"]
    for i, marker in enumerate(kept):
        if marker.family == "cn" and marker.number == 1:
            return [m for m in kept[:i] if m.family == "division"] + kept[i:]
    return kept


def _division(marker: Marker, state: _Sequence) -> Marker:
    unit = re.sub(r"^第.*?(?=分编|部分|编|章|节)", "", marker.printed)
    depth = marker.depth or DIVISIONS.index(unit)
    state.divisions = [d for d in state.divisions if d.depth < depth]
    marker = replace(marker, depth=depth, part=state.part)
    state.divisions.append(marker)
    state.open = []
    state.below_division = True
    return marker


def _article(marker: Marker, later: list[Marker], state: _Sequence) -> bool:
    """Whether an article continues the articles, or starts them again."""
    last = state.article
    here = (marker.number, marker.suffix)
    if here == (1, 0) and last > (1, 0):
        _restart(state)
    elif here <= last:
        state.repeats.append(marker.printed)
        return False
    elif marker.number > last[0] + 1:
        if _comes(last[0] + 1, marker.family, later):
            return False
        state.gaps.append(marker.printed)
    state.article = here
    return True


def _clause(marker: Marker, later: list[Marker], state: _Sequence) -> bool:
    """Whether an outline marker continues its family, or starts it under a new parent.

    1.…5. under （一） may go on as 6. under （二）, or start again at 1.
    """
    family, number = marker.family, marker.number
    last = state.last.get(family, 0)
    is_open = family in state.open
    top = family == "cn" or state.open[:1] in ([], [family])
    if 0 < last < number - 1 <= last + LARGEST_GAP:
        if _comes(last + 1, family, later):
            return False
        state.gaps.append(marker.printed)
    elif number == 1 and top and (last > 1 or (last and not is_open)):
        _restart(state)
    elif number != last + 1 and (number != 1 or is_open):
        if number <= last:
            state.repeats.append(marker.printed)
        return False
    if family == "cn":
        state.open = []
    elif family in state.open:
        state.open = state.open[: state.open.index(family)]
    state.open.append(family)
    state.last[family] = number
    return True


def _comes(number: int, family: str, later: list[Marker]) -> bool:
    """Whether the number is still to come, before its family starts again at 1."""
    for marker in later:
        if marker.family == family and marker.number in (1, number):
            return marker.number == number
    return False


def _restart(state: _Sequence) -> None:
    """A new part: its ids begin with the division it stands in, or with its ordinal."""
    state.parts += 1
    above = [d.printed for d in state.divisions if d.depth < HEADING_DEPTH]
    path = "".join(above) if state.below_division else ""
    if not path or path in state.used:
        path = f"第{to_chinese(state.parts)}部分"
    state.part = path
    state.used.add(path)
    state.last = {}
    state.open = []
