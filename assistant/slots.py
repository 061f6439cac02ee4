"""Which number in a question is what: each goes to the input whose word is nearest."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from assistant.dates_said import Day, read_days
from assistant.money import Bare, Foreign, Range, Sum, read_money
from assistant.quantities import read_counts, read_shares
from assistant.question import patterns
from assistant.vocabulary import Vocabulary

# How far, in characters, a word may stand from its number; a comma or a full stop
# between them counts as so many more.
FAR = 36
COMMA, STOP, AFTER = 9, 22, 3
CLAIM = "claim"  # what the asker was told or hopes for: no input
UNITS = {
    "家": {"家", "户", "个"},
    "人": {"人", "名", "位", "个"},
    "名": {"人", "名", "位", "个", "项"},
    "个": {"个", "家", "项"},
    "年": {"年"},
}


@dataclass(frozen=True, slots=True)
class Mention:
    """A number with the input it was taken for."""

    name: str
    value: Decimal
    start: int
    end: int
    cue: str = ""  # the word that decided
    days: tuple[date, date] | None = None  # when, if said with it
    about: bool = False
    joined: bool = False  # 另有, 又: one more of the same


@dataclass(frozen=True, slots=True)
class Doubt:
    """A number that cannot be used as said: unit, range, foreign, several, …"""

    kind: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Read:
    """The numbers of a question: taken for inputs, or in doubt."""

    mentions: tuple[Mention, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class _Cue:
    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Number:
    start: int
    end: int
    value: Decimal
    doubt: str = ""
    about: bool = False
    unit: str = ""


def read_numbers(
    text: str,
    names: Iterable[str],
    vocabulary: Vocabulary,
    as_of: date,
    topic: str = "",
) -> Read:
    """The numbers of a question for the inputs `names`.

    `topic` is the input that a number without any word for it is taken for.
    """
    wanted = list(dict.fromkeys(names))
    days = read_days(text, as_of)
    read = [
        _assign(numbers, text, _of_kind(wanted, kinds, vocabulary), vocabulary, topic)
        for kinds, numbers in _numbers(text)
    ]
    mentions = [m for r in read for m in r.mentions]
    mentions.sort(key=lambda m: m.start)
    dated = _dated(mentions, days, text)
    return Read(tuple(dated), tuple(d for r in read for d in r.doubts))


def _numbers(text: str) -> list[tuple[tuple[str, ...], list[_Number]]]:
    money = [_money(m) for m in read_money(text)]
    counts = [_Number(c.start, c.end, c.number, unit=c.unit) for c in read_counts(text)]
    shares = [_Number(s.start, s.end, s.rate) for s in read_shares(text)]
    return [(("money",), money), (("count", "months"), counts), (("rate",), shares)]


def _money(mention: Sum | Range | Bare | Foreign) -> _Number:
    start, end = mention.start, mention.end
    match mention:
        case Sum(yuan=yuan, about=about):
            return _Number(start, end, yuan, about=about)
        case Range(low=low):
            return _Number(start, end, low, "range")
        case Bare(number=number):
            return _Number(start, end, number, "unit")
        case Foreign(number=number):
            return _Number(start, end, number, "foreign")


def _of_kind(
    names: Sequence[str], kinds: Sequence[str], vocabulary: Vocabulary
) -> list[str]:
    return [n for n in names if vocabulary.inputs[n].kind in kinds]


def _assign(
    numbers: Sequence[_Number],
    text: str,
    names: Sequence[str],
    vocabulary: Vocabulary,
    topic: str,
) -> Read:
    mentions: list[Mention] = []
    doubts: list[Doubt] = []
    cues = _cues(text, names, vocabulary)
    for number in numbers:
        fitting = [
            c for c in cues if c.name == CLAIM or _fits(number, c.name, vocabulary)
        ]
        cue = _nearest(number, fitting, numbers, text)
        name = cue.name if cue else _default(number, names, topic, vocabulary)
        if name in ("", CLAIM):
            continue
        words = text[cue.start : cue.end] if cue else ""
        if number.doubt:
            said = text[number.start : number.end]
            doubts.append(Doubt(number.doubt, name, said))
        else:
            value = _value(number, name, vocabulary)
            where = (number.start, number.end)
            mentions.append(Mention(name, value, *where, words, about=number.about))
    settled = {m.name for m in mentions}
    doubts = [d for d in doubts if d.name not in settled or d.kind != "unit"]
    return Read(tuple(mentions), tuple(doubts))


def _fits(number: _Number, name: str, vocabulary: Vocabulary) -> bool:
    entry = vocabulary.inputs[name]
    if entry.kind == "months":
        return number.unit in ("月", "年")
    if entry.kind == "count":
        return number.unit in UNITS.get(entry.unit, {entry.unit})
    return True


def _value(number: _Number, name: str, vocabulary: Vocabulary) -> Decimal:
    if vocabulary.inputs[name].kind == "months" and number.unit == "年":
        return number.value * 12
    return number.value


def _default(
    number: _Number, names: Sequence[str], topic: str, vocabulary: Vocabulary
) -> str:
    """The input of a number that stands alone: the topic's, or the only one."""
    if topic in names and _fits(number, topic, vocabulary):
        return topic
    fitting = [n for n in names if _fits(number, n, vocabulary)]
    money = [n for n in fitting if vocabulary.inputs[n].kind == "money"]
    return money[0] if len(fitting) == len(money) == 1 and not number.doubt else ""


def _cues(text: str, names: Sequence[str], vocabulary: Vocabulary) -> list[_Cue]:
    """Where the words of the inputs stand; of overlapping ones the longest."""
    found = [
        _Cue(name, m.start(), m.end())
        for name in names
        for m in vocabulary.inputs[name].words.finditer(text)
        if m.end() > m.start()
    ]
    found.sort(key=lambda c: c.start - c.end)
    kept: list[_Cue] = []
    for cue in found:
        if all(cue.end <= k.start or k.end <= cue.start for k in kept):
            kept.append(cue)
    claims = [
        _Cue(CLAIM, m.start(), m.end()) for m in patterns()["claim"].finditer(text)
    ]
    return kept + claims


def _nearest(
    number: _Number, cues: Sequence[_Cue], numbers: Sequence[_Number], text: str
) -> _Cue | None:
    """The cue that stands nearest, before rather than after, in the same sentence."""
    scored = [(_distance(number, c, numbers, text), c) for c in cues]
    near = [(d, c.name == CLAIM, c.start - c.end, c) for d, c in scored if d <= FAR]
    return min(near, key=lambda row: row[:3])[3] if near else None


def _distance(
    number: _Number, cue: _Cue, numbers: Sequence[_Number], text: str
) -> float:
    if cue.end <= number.start:
        between, extra = text[cue.end : number.start], 0
    elif cue.start >= number.end:
        between, extra = text[number.end : cue.start], AFTER
    else:
        return 0  # 月租一万二: the cue's own words reach into the number
    crossed = sum(
        1
        for n in numbers
        if min(cue.end, number.end) <= n.start and n.end <= max(cue.start, number.start)
    )
    penalty = COMMA * len(re.findall("[,，、]", between))
    penalty += STOP * len(re.findall("[。！？!?；;\n]", between))
    return len(between) + extra + penalty + COMMA * crossed


def _dated(
    mentions: Sequence[Mention], days: Sequence[Day], text: str
) -> Iterable[Mention]:
    """Each mention with the days said between it and the mention before it."""
    before = 0
    for mention in mentions:
        own = [d for d in days if before <= d.start < mention.start]
        joined = bool(patterns()["one_more"].search(text[before : mention.start]))
        before = mention.end
        span = (min(d.first for d in own), max(d.last for d in own)) if own else None
        yield replace(mention, days=span, joined=joined)
