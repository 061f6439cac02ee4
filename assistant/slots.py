"""The numbers of a question and what they are: sums, heads, months, shares."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from assistant.assignment import Doubt, Mention, Read, assign
from assistant.cues import PLAIN, Number, claimed, per_one
from assistant.dates_said import Day, read_days
from assistant.money import Bare, Foreign, Range, Sum, read_money
from assistant.quantities import read_counts, read_shares
from assistant.question import patterns
from assistant.vocabulary import Vocabulary

WISH = 10  # characters before a sum that say that it is wished for
CLOSE = 12  # characters between two parts of a list
MINUS = re.compile("负$|(?:^|[^0-9a-z一-鿿]|[长了])[-−]$")  # 负3人, 增长-12%
FELL = re.compile("(?:下降|下滑|减少|降低|降|跌|掉|缩水|负增长)[了去过]?[大约概近]*$")
PAIRS = {"俩": Decimal(2), "仨": Decimal(3)}
PLAIN_NUMBER = re.compile(
    r"(?<![\d.,a-z])\d{1,3}(?!,\d|[\d.%a-z万亿千百元块年月日号个名人家位项次台套成点])"
)


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
    mentions: list[Mention] = []
    doubts: list[Doubt] = []
    growth = any(d.minus for n in wanted for d in vocabulary.inputs[n].derive)
    for kinds, numbers in _numbers(text, growth).items():
        own = [n for n in wanted if vocabulary.inputs[n].kind in kinds]
        read = assign(numbers, text, own, vocabulary, topic)
        mentions += read.mentions
        doubts += read.doubts
    mentions += _balances(text, wanted, vocabulary)
    mentions.sort(key=lambda m: m.start)
    dated = list(_dated(mentions, read_days(text, as_of), text))
    paired = tuple(_by_period(_paired(dated, wanted, vocabulary), text, vocabulary))
    taken = {(m.start, m.end) for m in mentions}
    claims = any((m.start, m.end) not in taken for m in read_money(text))
    if claims:  # 省里300万加市里100万，一共400万: the sum of what was claimed
        paired = tuple(m for m in paired if m.cue or not m.is_total)
    return Read(_alike(paired, wanted, text, vocabulary), tuple(doubts), claims)


def _alike(
    mentions: tuple[Mention, ...],
    names: Sequence[str],
    text: str,
    vocabulary: Vocabulary,
) -> tuple[Mention, ...]:
    """总投资和设备都是8000万，总投资1000万，全是设备: one sum for both."""
    if not patterns()["alike"].search(text):
        return mentions
    money = [m for m in mentions if vocabulary.inputs[m.name].kind == "money"]
    named = {m.name for m in money}
    if len(money) != 1:
        return mentions
    copies = tuple(
        replace(money[0], name=name)
        for name in names
        if name not in named
        and vocabulary.inputs[name].kind == "money"
        and vocabulary.inputs[name].words.search(text)
    )
    return (*mentions, *copies)


def _numbers(text: str, growth: bool) -> dict[tuple[str, ...], list[Number]]:
    sums = [m for m in read_money(text) if not claimed(text, m.start, m.end)]
    return {
        ("money",): [n for m in sums for n in _money(m, growth)],
        ("count", "months"): [
            Number(c.start, c.end, _signed(c.number, c.start, text), unit=c.unit)
            for c in read_counts(text)
            if not per_one(text, c)
        ]
        + [
            Number(m.start(), m.end(), Decimal(m.group()), unit=PLAIN)
            for m in PLAIN_NUMBER.finditer(text)
        ]
        + [
            Number(m.start(), m.end(), PAIRS[m.group()], unit="个")
            for m in re.finditer("[俩仨]", text)
        ],
        ("rate",): [
            Number(s.start, s.end, _grown(s.rate, s.start, text))
            for s in read_shares(text)
        ],
    }


def _grown(rate: Decimal, start: int, text: str) -> Decimal:
    """A share, less than zero where something fell by it: 下降了12%."""
    fell = FELL.search(text[max(0, start - 6) : start])
    return -abs(rate) if fell else _signed(rate, start, text)


def _signed(number: Decimal, start: int, text: str) -> Decimal:
    """The number, less than zero where a minus stands before it."""
    return -number if MINUS.search(text[max(0, start - 2) : start]) else number


def _money(mention: Sum | Range | Bare | Foreign, growth: bool) -> list[Number]:
    start, end = mention.start, mention.end
    match mention:
        case Sum(yuan=yuan, about=about):
            return [Number(start, end, yuan, about=about)]
        case Range() if growth:  # 由6亿到6.6亿: see _balances
            return []
        case Range(low=low):
            return [Number(start, end, low, "range")]
        case Bare(number=number):
            return [Number(start, end, number, "unit")]
        case Foreign(number=number):
            return [Number(start, end, number, "foreign")]


def _dated(
    mentions: Sequence[Mention], days: Sequence[Day], text: str
) -> Iterable[Mention]:
    """Each mention with the days said between it and the mention before it."""
    before = 0
    parts = [m.start() for m in patterns()["part"].finditer(text)]
    stops = [0, *(m.end() for m in re.finditer("[。！？!?；;]", text))]
    for mention in mentions:
        own = [d for d in days if before <= d.start < mention.start]
        between = text[before : mention.start]
        joined = bool(patterns()["one_more"].search(between))
        first = stops[bisect_right(stops, mention.start) - 1]
        part = bisect_left(parts, first) < bisect_left(parts, mention.start)
        sentence = text[first : mention.start] if part else ""
        part = part and any(text[m.start : m.end] in sentence for m in mentions)
        close = before > 0 and len(between) <= CLOSE
        before = mention.end
        span = (min(d.first for d in own), max(d.last for d in own)) if own else None
        total = bool(patterns()["in_all"].search(between[-CLOSE:]))
        yield replace(
            mention,
            days=span,
            joined=joined,
            close=close,
            is_part=part,
            is_total=total,
        )


def _paired(
    mentions: Sequence[Mention], names: Sequence[str], vocabulary: Vocabulary
) -> list[Mention]:
    """Two balances of which a growth is asked: the earlier one is the opening one."""
    paired = list(mentions)
    for name in names:
        for derivation in vocabulary.inputs[name].derive:
            if derivation.minus is None:
                continue
            both = [m for m in paired if m.name in derivation.minus]
            if len({m.value for m in both}) != 2 or len({m.name for m in both}) == 2:
                continue
            ordered = sorted(both, key=lambda m: (m.days or (date.min,), m.start))
            closing, opening = derivation.minus
            renamed = {
                m: replace(m, name=closing if m.value == ordered[-1].value else opening)
                for m in both
            }
            paired = [renamed.get(m, m) for m in paired]
    return paired


def _balances(
    text: str, names: Sequence[str], vocabulary: Vocabulary
) -> Iterable[Mention]:
    """由6亿到6.6亿: the opening and the closing balance of a growth."""
    pairs = [d.minus for n in names for d in vocabulary.inputs[n].derive if d.minus]
    for mention in read_money(text) if pairs else ():
        if isinstance(mention, Range):
            closing, opening = pairs[0]
            yield Mention(opening, mention.low, mention.start, mention.start + 1)
            yield Mention(closing, mention.high, mention.end - 1, mention.end)


def _by_period(
    mentions: Sequence[Mention], text: str, vocabulary: Vocabulary
) -> Iterable[Mention]:
    """半年交一次租金，一次6万: the rent of the period that is said, not of a month."""
    named = {m.name for m in mentions}
    longer = {
        name: [d.divide[0] for d in vocabulary.inputs[name].derive if d.divide]
        for name in named
    }
    periods = {n for names in longer.values() for n in names if n not in named}
    spoken = {n for n in periods if vocabulary.inputs[n].words.search(text)}
    for mention in mentions:
        said = [n for n in longer[mention.name] if n in spoken]
        before = text[max(0, mention.start - CLOSE) : mention.start]
        plain = not patterns()["monthly"].search(mention.cue + before)
        yield replace(mention, name=said[0]) if said and plain else mention


def wished_sum(text: str) -> Sum | None:
    """The sum that the asker wants to reach: 想拿80万."""
    sums = [m for m in read_money(text) if isinstance(m, Sum) and m.yuan > 0]
    wish = patterns()["wish"]
    before = ((m, text[max(0, m.start - WISH) : m.start]) for m in sums)
    return next((m for m, words in before if wish.search(words)), None)
