"""A rule against its clause: the quote verbatim, every figure of it in the quote."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from assistant.dates_said import read_days
from assistant.money import Sum, read_money
from assistant.quantities import read_counts, read_shares
from assistant.quotes import stands_in
from assistant.shapes import Limit, Relief, Stated, Table
from assistant.terms import Passage, Terms
from assistant.vocabulary import Vocabulary
from index.read import Clause
from prompts import say, words

PLAIN = re.compile(r"\d+(?:\.\d+)?")
# Characters before and behind a number that say how it is bounded.
BESIDE, BEHIND = 9, 6
BOUNDS = ("more_than", "at_least", "at_most", "less_than", "at_least_rate")
MONTHS = {"年": 12, "月": 1}


def faults(
    terms: Terms, clauses: Mapping[str, Clause], vocabulary: Vocabulary
) -> list[str]:
    """What is wrong with a rule, one line a fault, in Chinese; [] when all is well."""
    problems = [*_unknown_names(terms, vocabulary), *_bad_words(terms)]
    passages = [("quote", terms.clause, terms.quote)]
    passages += [(f"also_in.{i}", p.clause, p.quote) for i, p in _also(terms)]
    passages += [
        (f"excludes.{i}.quote", terms.clause, e.quote)
        for i, e in enumerate(terms.excludes, 1)
    ]
    for field, clause, quote in passages:
        if clause not in clauses:
            problems.append(say("messages.rules.no_clause", clause=clause))
        elif not stands_in(quote, clauses[clause].text):
            problems.append(
                say("messages.rules.quote", field=field, quote=quote, clause=clause)
            )
    quoted = "\n".join(quote for _, _, quote in passages)
    problems += _bounds_not_worded(terms, quoted)
    problems += _payers_not_worded(terms, quoted)
    if "amount.bound" not in terms.because:
        problems += _limits_not_worded(terms, quoted)
    return problems + _numbers_not_quoted(terms, quoted, vocabulary)


def _also(terms: Terms) -> Iterator[tuple[int, Passage]]:
    return enumerate(terms.also_in, 1)


def _unknown_names(terms: Terms, vocabulary: Vocabulary) -> Iterator[str]:
    groups = {
        "benefits": {terms.benefit},
        "payees": {terms.payee},
        "levels": set(terms.conditions.level),
        "facts": {
            *terms.conditions.facts,
            *terms.conditions.assumed,
            *terms.conditions.unless,
        },
        "inputs": {n for b in BOUNDS for n in getattr(terms.conditions, b)}
        | set(terms.amount.inputs),
    }
    for group, names in groups.items():
        for name in sorted(names - set(getattr(vocabulary, group))):
            kind = words("figures.vocabulary")[group]
            yield say(
                "messages.rules.unknown", field=group, name=name, kind=kind, file=group
            )


def _bad_words(terms: Terms) -> Iterator[str]:
    for line in terms.words:
        try:
            re.compile(line)
        except re.error as error:
            yield say("messages.rules.bad_words", words=line, problem=error)


def _numbers_not_quoted(terms: Terms, quoted: str, vocabulary: Vocabulary) -> list[str]:
    """Figures and dates of the rule that neither the quote nor `because` explains."""
    known = _numbers_in(quoted)
    problems: list[str] = []
    fields = {"amount.bound", *(f"conditions.{bound}" for bound in BOUNDS)}
    for field, value, kind in stated_numbers(terms, vocabulary):
        fields.add(field)
        if field not in terms.because and value not in known[kind]:
            shown = f"{value.normalize():f}"
            problems.append(say("messages.rules.number", field=field, value=shown))
    days = {d for m in read_days(quoted, _year_of(terms)) for d in (m.first, m.last)}
    for field, day in stated_days(terms):
        fields.add(field)
        if field not in terms.because and day not in days:
            problems.append(say("messages.rules.date", field=field, value=day))
    stray = sorted(set(terms.because) - fields)
    return problems + [say("messages.rules.because", field=f) for f in stray]


def _year_of(terms: Terms) -> date:
    days = [day for _, day in stated_days(terms)]
    return min(days, default=date(2000, 1, 1))


def _numbers_in(quoted: str) -> dict[str, set[Decimal]]:
    counts = read_counts(quoted)
    plain = {Decimal(n) for n in PLAIN.findall(unicodedata.normalize("NFKC", quoted))}
    rates = {share.rate for share in read_shares(quoted)}
    percent = {rate * 100 for rate in rates}
    if words("figures.reading.all") in quoted:  # 免收: the whole of it
        rates.add(Decimal(1))
    return {
        "money": {m.yuan for m in read_money(quoted) if isinstance(m, Sum)},
        "rate": rates,
        "months": {c.number * MONTHS[c.unit] for c in counts if c.unit in MONTHS},
        "percent": percent,
        "count": {c.number for c in counts},
        "plain": plain | {c.number for c in counts},
    }


def _bounds_not_worded(terms: Terms, quoted: str) -> Iterator[str]:
    """Bounds for which the quote has no word: 不超过 for at_most, 以上 for at_least."""
    worded: dict[str, str] = words("figures.reading.bounds")
    claimed = {f"conditions.{b}": b for b in BOUNDS if getattr(terms.conditions, b)}
    bound = getattr(terms.amount, "bound", None)
    if bound in ("at_most", "at_least"):
        claimed["amount.bound"] = bound
    for field, name in claimed.items():
        if field not in terms.because and not re.search(worded[name], quoted):
            yield say("messages.rules.bound", field=field, bound=worded[name])
    if bound == "exact" and "amount.bound" not in terms.because:
        found = re.search(worded["at_most"], quoted)
        if found and not isinstance(terms.amount, Relief | Table):
            yield say("messages.rules.not_exact", bound=found.group())


def _payers_not_worded(terms: Terms, quoted: str) -> Iterator[str]:
    """A single payer pays the whole; two share as the quote says (1：1)."""
    shares = [f"{share.normalize():f}" for share in terms.payers.values()]
    if len(shares) == 1 and shares != ["1"]:
        yield say("messages.rules.one_payer")
    if len(shares) > 1 and not re.search(r"\s*[:：]\s*".join(shares), quoted):
        yield say("messages.rules.number", field="payers", value=":".join(shares))


def _limits_not_worded(terms: Terms, quoted: str) -> Iterator[str]:
    """Values of a limit that the words beside the number do not bear out."""
    values = terms.amount.values if isinstance(terms.amount, Limit) else ()
    worded: dict[str, str] = words("figures.reading.beside")
    for value in values:
        digits = re.escape(f"{value.value.normalize():f}")
        found = [
            quoted[max(0, m.start() - BESIDE) : m.end() + BEHIND]
            for m in re.finditer(rf"(?<!\d){digits}(?!\d)", quoted)
        ]
        said = {
            b
            for b in worded
            for text in found or [quoted]
            if re.search(worded[b], text)
        }
        if (value.bound == "exact" and said) or (
            value.bound != "exact" and value.bound not in said
        ):
            yield say(
                "messages.rules.bound",
                field="amount.values",
                bound=worded.get(value.bound, ""),
            )


def stated_numbers(terms: Terms, vocabulary: Vocabulary) -> Iterator[Stated]:
    """Every number of a rule with the path of its field."""
    yield from terms.amount.numbers
    for bound in BOUNDS:
        for name, value in getattr(terms.conditions, bound).items():
            field = f"conditions.{bound}.{name}"
            kind = (
                vocabulary.inputs[name].kind if name in vocabulary.inputs else "count"
            )
            yield field, value, "plain" if kind == "count" else kind


def stated_days(terms: Terms) -> Iterator[tuple[str, date]]:
    """Every date of a rule with its field."""
    event = terms.event
    days = {
        "start": terms.start,
        "end": terms.end,
        "event.from": event.first if event else None,
        "event.to": event.last if event else None,
    }
    yield from ((field, day) for field, day in days.items() if day)
