"""Where a text speaks of places, and in which role: registered, project, origin."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from assistant.place_names import COUNTY, Name, Place, contexts, gazetteer, name_written
from index.clean import simplified

WINDOW = 16  # characters before and after a name that say what it is
# The first that fits decides; a customer's place is no mention of the asker's own.
ELSEWHERE = "elsewhere"
ROLES = (
    *((ELSEWHERE, "before"), ("origin", "after"), ("origin", "before")),
    *(("project", "before"), ("registered", "before")),
    *(("project", "after"), ("registered", "after"), (ELSEWHERE, "after")),
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A place as named: `text` stands at [start, end) and means one of `places`."""

    text: str
    start: int
    end: int
    places: tuple[Place, ...]
    role: str = "other"  # registered, project, origin (of a person) or other
    generic: bool = False  # 高新区: most cities have one
    negated: bool = False  # 不在郑州
    compared: bool = False  # 跟武汉比
    home: bool = False  # 我们在武汉
    measure: bool = False  # 河南的那项补贴


@lru_cache(maxsize=64)
def mentions(text: str) -> tuple[Mention, ...]:
    """The places that a text names as its asker's own, in their order."""
    folded = simplified(text).lower()
    if len(folded) != len(text):  # İ becomes two characters; offsets must stay true
        folded = text
    found: list[Mention] = []
    position = 0
    abbreviated = _abbreviated(folded)
    while position < len(folded):
        end = _take(folded, position, found)
        if not end and position in abbreviated:
            place, end = abbreviated[position], position + 1
            found.append(Mention("", position, end, (place,)))
        position = end or position + 1
    read = _in_context(folded, found)
    return tuple(
        replace(m, text=text[m.start : m.end]) for m in read if m.role != ELSEWHERE
    )


def _take(text: str, start: int, found: list[Mention]) -> int:
    """Read the name at `start` into `found`; where it ends, 0 if there is none."""
    around = _around()
    for length in gazetteer().lengths.get(text[start : start + 2], ()):
        end = start + length
        name = name_written(text[start:end])
        if name is None or end > len(text) or around.continues(text, start, end):
            continue
        if not name.places:
            return end
        inner = _beside_parent(text, start, name, found)
        if not inner and not _stands_alone(text, start, end, name, found):
            continue
        if around.institution.match(text, end):
            if inner:
                found.pop()  # 交通银行河南省郑州分行
        elif not around.road.match(text, end):
            first = found.pop().start if inner else start
            places = inner or name.alone
            found.append(Mention("", first, end, places, generic=name.generic))
        return end
    return 0


def _beside_parent(
    text: str, start: int, name: Name, found: list[Mention]
) -> tuple[Place, ...]:
    """What a name means right after the name of a place that it lies in, if it is."""
    if not found or not _around().joint.fullmatch(text, found[-1].end, start):
        return ()
    parents = found[-1].places
    inner = tuple(p for p in name.places if any(p.lies_in(q) for q in parents))
    if name.generic and len(inner) > 1:
        return ()  # 河南高新区 says the province and nothing more
    return tuple(p for p in inner if not any(p.lies_in(q) for q in inner if q != p))


def _stands_alone(
    text: str, start: int, end: int, name: Name, found: list[Mention]
) -> bool:
    """Whether a name is that of a place without a larger one before it."""
    if not name.alone:
        return False
    around = _around()
    if name.rank == COUNTY:
        next_name = name_written(text[end - 1 : end + 1])
        if next_name and next_name.rank > COUNTY and not next_name.guarded:
            return False  # 更新郑州: not 新郑
    if not name.guarded or around.allows(text, start, end):
        return True
    return bool(found and around.conjunction.fullmatch(text, found[-1].end, start))


def _abbreviated(text: str) -> dict[int, Place]:
    """Where 豫, 鄂, 郑 and 汉 stand for a place."""
    around = _around()
    found = around.abbreviations.finditer(text)
    return {m.start(): around.abbreviated[m.lastgroup or ""] for m in found}


def _in_context(text: str, found: list[Mention]) -> list[Mention]:
    """The mentions with what the words around each of them say."""
    around = _around()
    read: list[Mention] = []
    for number, mention in enumerate(found):
        first = found[number - 1].end if number else 0
        last = found[number + 1].start if number + 1 < len(found) else len(text)
        gap = text[first : mention.start]
        before = around.pause.split(gap[-WINDOW:])[-1]
        ahead = text[mention.end : min(last, mention.end + WINDOW)]
        after = around.pause.split(ahead)[0]
        role = around.role(before, after)
        if role == "other" and read and around.conjunction.fullmatch(gap):
            role = read[-1].role
        negated = bool(around.negated.search(before))
        compared = around.compares(before, after)
        mention = replace(mention, role=role, negated=negated, compared=compared)
        read.append(around.asked_of(mention, before, after))
    return read


@dataclass(frozen=True, slots=True)
class _Around:
    """The rules of contexts.yaml, compiled."""

    road: re.Pattern[str]
    institution: re.Pattern[str]
    joint: re.Pattern[str]
    conjunction: re.Pattern[str]
    pause: re.Pattern[str]
    negated: re.Pattern[str]
    abbreviations: re.Pattern[str]
    abbreviated: Mapping[str, Place]
    suffixes: Mapping[str, re.Pattern[str]]
    guarded: Mapping[str, Mapping[str, re.Pattern[str]]]
    sides: Mapping[str, Mapping[str, re.Pattern[str]]]  # of the roles, of comparisons

    def continues(self, text: str, start: int, end: int) -> bool:
        """Whether the name is part of a longer word: 郑州市|场, Henan|ese."""
        rule = self.suffixes.get(text[end - 1])
        if rule and rule.match(text, end):
            return True
        if not text[start].isascii():
            return False
        around = text[start - 1 : start] + text[end : end + 1]
        return any(c.isascii() and c.isalnum() for c in around)

    def allows(self, text: str, start: int, end: int) -> bool:
        """Whether an ordinary word is a place here: 在上街, but not 上街买菜."""
        rule = self.guarded.get(text[start:end], self.guarded[""])
        if "never_after" in rule and rule["never_after"].match(text, end):
            return False
        before = text[max(0, start - WINDOW) : start]
        return bool(rule["before"].search(before) or rule["after"].match(text, end))

    def role(self, before: str, after: str) -> str:
        """The role that the words around a name give it."""
        for role, side in ROLES:
            pattern = self.sides[role][side]
            if pattern.search(before) if side == "before" else pattern.match(after):
                return role
        return "other"

    def asked_of(self, mention: Mention, before: str, after: str) -> Mention:
        """The mention with whether the asker is there, or asks of a measure there."""
        own, rule = self.sides["home"], self.sides["measure"]
        there = own["before"].search(before) or own["after"].match(after)
        home = bool(there) or mention.role in ("registered", "project")
        measure = not home and bool(rule["after"].match(after))
        return replace(mention, home=home, measure=measure)

    def compares(self, before: str, after: str) -> bool:
        """Whether the name is what something else is compared with."""
        rule = self.sides["compared"]
        if rule["before"].search(before):
            return True
        return bool(
            rule["with_before"].search(before) and rule["with_after"].match(after)
        )


@cache
def _around() -> _Around:
    rows = contexts()
    short = rows["abbreviations"]
    kind, name = (rows["institution"][k] for k in ("kind", "name"))
    return _Around(
        road=re.compile(rows["road"]),
        # At most four kinds: a long text must not set off a long search.
        institution=re.compile(f"(?:{kind}){{0,4}}(?:{name})"),
        joint=re.compile(rows["joint"]),
        conjunction=re.compile(rows["and"]),
        pause=re.compile(rows["pause"]),
        negated=re.compile(f"(?:{rows['negated']})$"),
        abbreviations=re.compile(
            "|".join(f"(?P<p{i}>{rule})" for i, rule in enumerate(short.values()))
        ),
        abbreviated={f"p{i}": Place(tuple(p.split("/"))) for i, p in enumerate(short)},
        suffixes={k: re.compile(v) for k, v in rows["suffix_continues"].items()},
        guarded={
            name: _sides(rule)
            for name, rule in {"": rows["guarded"], **rows["particular"]}.items()
        },
        sides={k: _sides(v) for k, v in rows["roles"].items()}
        | {name: _sides(rows[name]) for name in ("compared", "home", "measure")},
    )


def _sides(rule: Mapping[str, Any]) -> dict[str, re.Pattern[str]]:
    """The patterns of one rule; what comes before must reach up to the name."""
    ends = {side: "$" if side.endswith("before") else "" for side in rule}
    return {k: re.compile(f"(?:{pattern}){ends[k]}") for k, pattern in rule.items()}
