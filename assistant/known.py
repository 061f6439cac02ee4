"""What a conversation knows of the asker, and the profile it makes for a rule."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from assistant.assignment import Doubt, Mention, Read
from assistant.calculator import PlacePath, Profile
from assistant.dates_said import read_days
from assistant.inputs import Given, InputError, given
from assistant.question import patterns
from assistant.rules import Rule
from assistant.shapes import Fixed
from assistant.vocabulary import Vocabulary, load_vocabulary

NEGATION = 10  # characters before a level in which 没评上 denies it


@dataclass(frozen=True, slots=True)
class Known:
    """Levels, facts and numbers as said, the latest of each."""

    place: PlacePath | None = None
    levels: frozenset[str] = frozenset()
    facts: Mapping[str, bool] = field(default_factory=dict[str, bool])
    numbers: Mapping[str, tuple[Mention, ...]] = field(
        default_factory=dict[str, tuple[Mention, ...]]
    )
    deed: tuple[date, date] | None = None
    is_payee: frozenset[str] = frozenset()
    mixed: frozenset[str] = frozenset()  # facts that hold for one thing only
    doubts: tuple[Doubt, ...] = ()  # of this turn
    had: frozenset[str] = frozenset()  # levels whose benefit he has had already
    several_firms: bool = False  # the benefits go to different enterprises
    full_quota: bool = False  # every place of a prize is taken


def learn(known: Known, text: str, read: Read, vocabulary: Vocabulary) -> Known:
    """What is known after a turn: what it says replaces what was said before."""
    levels = read_levels(text, vocabulary)
    facts, mixed = read_facts(text, vocabulary)
    payees = read_payees(text, vocabulary)
    return replace(
        known,
        levels=levels or known.levels,
        facts={**known.facts, **facts},
        numbers=_numbers(known.numbers, read.mentions, text, vocabulary),
        is_payee=payees or _still(known.is_payee, text, vocabulary),
        mixed=mixed,
        had=known.had | read_had(text),
        several_firms=bool(patterns()["several_firms"].search(text)),
        full_quota=bool(patterns()["full_quota"].search(text)),
    )


def read_payees(text: str, vocabulary: Vocabulary) -> frozenset[str]:
    """What the asker says to be; 我们委托技校 is no training institution."""
    other = patterns()["not_self"]
    return frozenset(
        name
        for name, payee in vocabulary.payees.items()
        for found in payee.self.finditer(text)
        if not other.search(found.group())
    )


def _still(before: frozenset[str], text: str, vocabulary: Vocabulary) -> frozenset[str]:
    """What the asker was before, but for 如果我不是银行 and 我是借款的企业."""
    if patterns()["am_firm"].search(text):
        return frozenset()
    no = patterns()["am_not"]
    denied = read_payees(no.sub("", text), vocabulary) if no.search(text) else ()
    return before.difference(denied)


def deed_of(text: str, read: Read, as_of: date) -> tuple[date, date] | None:
    """When it was or will be done, if a day is said that belongs to no number."""
    dated = {m.days for m in read.mentions if m.days}
    days = read_days(text, as_of)
    if not days or dated:
        return None
    return min(d.first for d in days), max(d.last for d in days)


def _numbers(
    before: Mapping[str, tuple[Mention, ...]],
    mentions: Sequence[Mention],
    text: str,
    vocabulary: Vocabulary,
) -> dict[str, tuple[Mention, ...]]:
    """The numbers by input; a new yearly rent does away with an old monthly one."""
    names = dict.fromkeys(m.name for m in mentions)
    kin = {
        other
        for name in names
        for other in vocabulary.inputs
        if name in vocabulary.bases(other) or other in vocabulary.bases(name)
    }
    kept = {name: said for name, said in before.items() if name not in kin}
    new = {n: tuple(m for m in mentions if m.name == n) for n in names}
    if patterns()["add_more"].search(text):  # 软件又添了300万
        more = {
            n: tuple(replace(m, joined=True) for m in said) for n, said in new.items()
        }
        new = {n: (*before.get(n, ()), *said) for n, said in more.items()}
    return kept | new


def read_levels(text: str, vocabulary: Vocabulary) -> frozenset[str]:
    """The levels that the asker says to have; 没评上小巨人 is none."""
    found: list[tuple[int, int, str]] = []
    for name, level in vocabulary.levels.items():
        found += [(m.start(), m.end(), name) for m in level.words.finditer(text)]
    found.sort(key=lambda row: row[0] - row[1])
    kept: list[tuple[int, int, str]] = []
    for start, end, name in found:
        if all(end <= s or e <= start for s, e, _ in kept):
            kept.append((start, end, name))
    denied, not_yet = patterns()["denied"], patterns()["not_yet"]
    levels = {
        name
        for start, end, name in kept
        if not denied.search(text[max(0, start - NEGATION) : start])
        and not not_yet.match(text[end:])
    }
    if len(levels) > 1:
        levels.discard("specialised")
    return frozenset(levels)


def read_had(text: str) -> frozenset[str]:
    """Levels of government whose benefit the asker says to have had already."""
    found = patterns()["had"].finditer(text)
    names = {"省": "province", "市": "city", "区": "district", "国": "nation"}
    return frozenset(
        names[level] for m in found if (level := m["level"] or m["level_before"])
    )


def read_facts(
    text: str, vocabulary: Vocabulary
) -> tuple[dict[str, bool], frozenset[str]]:
    """What holds and what does not, as far as it is said; and what does both.

    一个租国企的，一个租私人的: the fact holds for one thing and not for the other.
    """
    facts: dict[str, bool] = {}
    mixed: set[str] = set()
    for name, fact in vocabulary.facts.items():
        yes = [m.span() for m in fact.yes.finditer(text)]
        no = [m.span() for m in fact.no.finditer(text)]
        denials = [s for s in yes if patterns()["negation"].search(text[slice(*s)])]
        no = [n for n in no if not any(_overlap(n, d) for d in denials)]  # 证没过期
        yes = [y for y in yes if not any(_overlap(y, n) for n in no)]  # 非国有
        if yes and no and fact.each:
            mixed.add(name)
        if yes or no:
            facts[name] = not no or name in mixed
    return facts, frozenset(mixed)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def profile_for(rule: Rule, known: Known) -> tuple[Profile, tuple[Doubt, ...]]:
    """The profile that a rule is assessed with, and the numbers in doubt."""
    inputs: dict[str, Given] = {}
    doubts: list[Doubt] = []
    for name, mentions in known.numbers.items():
        counted = [m for m in mentions if _within(rule, m)]
        values = values_of(name, counted)
        if values is None:
            said = counted[-1]
            doubts.append(Doubt("several", name, said.cue))
            continue
        if not values:
            continue
        try:
            steps = tuple(dict.fromkeys(s for m in counted for s in m.steps))
            inputs[name] = given(name, *values, steps=steps)
        except InputError as error:
            doubts.append(Doubt(error.code, name, ""))
    amount = rule.terms.amount
    if known.full_quota and isinstance(amount, Fixed) and amount.each and amount.places:
        inputs.setdefault(amount.each, given(amount.each, amount.places))
    profile = Profile(
        place=known.place,
        levels=known.levels,
        inputs=inputs,
        facts=known.facts,
        deed=known.deed,
        is_payee=known.is_payee,
        mixed=known.mixed,
    )
    return profile, tuple(doubts)


def _within(rule: Rule, mention: Mention) -> bool:
    """Whether a number was said for a time that the rule's event covers."""
    event, days = rule.terms.event, mention.days
    if event is None or days is None:
        return True
    early = event.first is not None and days[0] < event.first
    late = event.last is not None and days[1] > event.last
    return not (early or late)


def values_of(name: str, mentions: Sequence[Mention]) -> tuple[Decimal, ...] | None:
    """The parts that make one number: 设备 and 软件; None where that is unclear."""
    additive = load_vocabulary().inputs[name].additive
    parts = [m for m in mentions if m.is_part]  # 投了6800万，其中设备1200万
    noun = patterns()["part_noun"]  # 设备投了1500万，其中软件300万: the whole counts
    whole = [m for m in mentions if not m.is_part and noun.search(m.cue)]
    counted = (whole or parts) if parts and additive else parts or mentions
    said = list({(m.value, m.cue): m for m in counted}.values())
    named = [m for m in said if not patterns()["verb"].match(m.cue)]
    said = named or said  # 买机器2200万 says more than 投了3200万
    values = [m.value for m in said]
    apart = additive and len(said) > 1 and _unlike([m.cue for m in said])
    if len(set(values)) < 2 and not apart:
        return tuple(values[:1])
    for i, value in enumerate(values):
        others = values[:i] + values[i + 1 :]
        if value == sum(others, Decimal(0)):  # 设备80万，软件30万，一共110万
            return tuple(others) if len(others) > 1 else (value,)
    counts = Counter(m.value for m in mentions).most_common(2)
    (most, times), (_, less) = counts[0], counts[-1]
    if times > less and not apart:  # said again where it matters
        return (most,)
    listed = additive and all(m.joined for m in said[1:])
    return tuple(values) if apart or listed else None


def _unlike(cues: Sequence[str]) -> bool:
    """Whether words name different things to add up: 设备 and 软件."""
    nouns = [patterns()["part_noun"].search(cue) for cue in cues]
    named = [noun.group() for noun in nouns if noun]
    return len(named) == len(set(named)) == len(cues)
