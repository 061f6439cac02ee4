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
from assistant.said import names_a_sum, read_facts, read_levels, read_payees
from assistant.shapes import Fixed
from assistant.vocabulary import Vocabulary, load_vocabulary


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
    had: frozenset[tuple[str, str]] = frozenset()  # benefit and level, had already
    several_firms: bool = False  # the benefits go to different enterprises
    full_quota: bool = False  # every place of a prize is taken
    # The turn that place, level, each fact and each number was last said in, from 1.
    said_in: Mapping[str, int] = field(default_factory=dict[str, int])


def learn(known: Known, text: str, read: Read, vocabulary: Vocabulary) -> Known:
    """What is known after a turn: what it says replaces what was said before."""
    levels = read_levels(text, vocabulary)
    if known.levels and names_a_sum(text, vocabulary):
        levels = known.levels  # 那小巨人的50万: a benefit's name
    facts, mixed = read_facts(text, vocabulary)
    payees = read_payees(text, vocabulary)
    return replace(
        known,
        levels=levels or known.levels,
        facts={**known.facts, **facts},
        numbers=_numbers(known.numbers, read.mentions, text, vocabulary),
        is_payee=payees or _still(known.is_payee, text, vocabulary),
        mixed=mixed,
        several_firms=bool(patterns()["several_firms"].search(text)),
        full_quota=bool(patterns()["full_quota"].search(text)),
    )


def dated(known: Known, before: Known, turn: int) -> Known:
    """What is known, with the turn in which it was said or last changed."""
    changed = {
        name for name in known.facts if known.facts[name] != before.facts.get(name)
    }
    changed |= {n for n in known.numbers if known.numbers[n] != before.numbers.get(n)}
    if known.place != before.place:
        changed.add("place")
    if known.levels != before.levels:
        changed.add("level")
    if known.deed and known.deed != before.deed:
        changed.add("deed")
    return replace(known, said_in={**before.said_in, **dict.fromkeys(changed, turn)})


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


def profile_for(rule: Rule, known: Known) -> tuple[Profile, tuple[Doubt, ...]]:
    """The profile that a rule is assessed with, and the numbers in doubt."""
    inputs: dict[str, Given] = {}
    doubts: list[Doubt] = []
    needed = _needed(rule)
    for name, mentions in known.numbers.items():
        if name not in needed:
            continue
        counted = _of_last_year([m for m in mentions if _within(rule, m)])
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


def _needed(rule: Rule) -> set[str]:
    """The inputs that a rule's amount and bounds rest on, each with its bases."""
    terms, vocabulary = rule.terms, load_vocabulary()
    names = (*terms.amount.inputs, *(name for _, name, _ in terms.conditions.bounds))
    return {base for name in names for base in vocabulary.bases(name)}


def _within(rule: Rule, mention: Mention) -> bool:
    """Whether a number was said for a time that the rule's event covers."""
    event, days = rule.terms.event, mention.days
    if event is None or days is None:
        return True
    early = event.first is not None and days[0] < event.first
    late = event.last is not None and days[1] > event.last
    return not (early or late)


def _of_last_year(mentions: Sequence[Mention]) -> Sequence[Mention]:
    """去年买了300万，今年又买了500万: this year's; all where a year is not said."""
    years = [m.days[1].year for m in mentions if m.days]
    if len(years) < len(mentions) or len(set(years)) < 2:
        return mentions
    return [m for m in mentions if m.days and m.days[1].year == max(years)]


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
    worded = [m for m in said if m.cue or m.is_total or m.joined]
    said = worded or said  # 设备800万 says more than a sum that stands alone
    values = [m.value for m in said]
    apart = additive and len(said) > 1 and _unlike([m.cue for m in said])
    if len(set(values)) < 2 and not apart:
        return tuple(values[:1])
    for i, value in enumerate(values):
        others = values[:i] + values[i + 1 :]
        if value == sum(others, Decimal(0)):  # 设备80万，软件30万，一共110万
            return tuple(others) if len(others) > 1 else (value,)
    totals = {m.value for m in said if m.is_total}
    if len(totals) == 1:  # 漏了一笔40万的，加起来135万
        return tuple(totals)
    again = Counter(m.value for m in mentions if not m.close)
    counts = (again | Counter(values)).most_common(2)
    (most, times), (_, less) = counts[0], counts[-1]
    if times > less and not apart:  # said again where it matters, not 900万900万
        return (most,)
    listed = additive and all(m.joined for m in said[1:])
    return tuple(values) if apart or listed else None


def _unlike(cues: Sequence[str]) -> bool:
    """Whether words name different things to add up: 设备 and 软件."""
    nouns = [patterns()["part_noun"].search(cue) for cue in cues]
    named = [noun.group() for noun in nouns if noun]
    return len(named) == len(set(named)) == len(cues)
