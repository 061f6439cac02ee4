"""What a gold set asks for and what it leaves out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from assistant.rules import Rule, Rulebook
from assistant.shapes import Share
from eval.cases import Case
from eval.supported import said_numbers
from index.lexical import normalised
from index.read import Corpus

CLOSE = 0.5  # share of a question's character pairs that stand in the clause
NOTICES = ("expired", "draft", "no_double", "not_you", "ratio_unspecified")
SIDES = ("below", "at", "above")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of a gold set, and what nobody asks for."""

    cases: int
    dialogues: int
    refusals_and_attacks: int
    days: dict[str, int]
    notices: dict[str, int]
    unasked: tuple[str, ...]  # clauses not asked for close to their wording
    uncalled: tuple[str, ...]  # clauses not asked for in a caller's words
    limits: int  # of rules: thresholds, and bases at which a cap is reached
    one_sided: tuple[str, ...]  # limits not asked below, at and above


def coverage(cases: Sequence[Case], corpus: Corpus, rulebook: Rulebook) -> Coverage:
    """What the cases cover of the clauses, the rules and the notices."""
    close, called = _asked(cases, corpus)
    numbered = [c.id for c in corpus.clauses.values() if not c.is_front_matter]
    told = Counter(n for c in cases for t in c.turns for n in t.expect.notice)
    limits = [
        (rule, *limit) for rule in rulebook.rules.values() for limit in limits_of(rule)
    ]
    return Coverage(
        cases=len(cases),
        dialogues=sum(len(case.turns) > 1 for case in cases),
        refusals_and_attacks=sum(_is_hostile(case) for case in cases),
        days=dict(Counter(case.as_of.isoformat() for case in cases).most_common()),
        notices={code: told[code] for code in NOTICES},
        unasked=tuple(c for c in numbered if c not in close),
        uncalled=tuple(c for c in numbered if c not in called),
        limits=len(limits),
        one_sided=tuple(_one_sided(cases, limits)),
    )


def limits_of(rule: Rule) -> list[tuple[str, Decimal]]:
    """The inputs of a rule with the value at which its outcome turns."""
    found = [(name, limit) for _, name, limit in rule.terms.conditions.bounds]
    match rule.terms.amount:
        case Share(rate=rate, of=base, cap=Decimal() as cap):
            return [*found, (base, cap / rate)]
        case _:
            return found


def _is_hostile(case: Case) -> bool:
    behaviours = {b for t in case.turns for b in t.expect.behaviour}
    return case.kind in ("refuse", "robust") or behaviours == {"refuse"}


def _asked(cases: Sequence[Case], corpus: Corpus) -> tuple[set[str], set[str]]:
    """The clauses asked for close to their wording, and in a caller's words."""
    close, called = set[str](), set[str]()
    for case in cases:
        for turn in case.turns:
            for clause in {c for group in turn.expect.clauses for c in group}:
                if clause in corpus.clauses:
                    near = nearness(turn.user, corpus.clauses[clause].text) >= CLOSE
                    (close if near else called).add(clause)
    return close, called


def nearness(question: str, text: str) -> float:
    """The share of the character pairs of a question that stand in a text."""
    pairs, known = _pairs(question), _pairs(text)
    return len(pairs & known) / len(pairs) if pairs else 0.0


def _pairs(text: str) -> set[str]:
    letters = [c for c in normalised(text) if c.isalnum()]
    return {a + b for a, b in pairwise(letters)}


def _one_sided(
    cases: Sequence[Case], limits: Sequence[tuple[Rule, str, Decimal]]
) -> Iterator[str]:
    """The limits of which no case says a number below, at or above."""
    for rule, name, limit in limits:
        said = {
            value
            for case in cases
            if _names(case, rule)
            for _, value in said_numbers("\n".join(t.user for t in case.turns))
        }
        if limit < 1:  # 10 % is said as 10
            limit *= 100
        # 1666.67万: nobody says a limit that is no whole number to the last digit
        room = Decimal(0) if limit == int(limit) else limit / 10_000
        sides = (
            any(v < limit - room for v in said),
            any(abs(v - limit) <= room for v in said),
            any(v > limit + room for v in said),
        )
        missing = [side for side, there in zip(SIDES, sides, strict=True) if not there]
        if missing:
            yield f"{rule.id} {name} {limit:f}: {', '.join(missing)}"


def _names(case: Case, rule: Rule) -> bool:
    """Whether the gold of a case names a clause of a rule."""
    wanted = {c for t in case.turns for group in t.expect.clauses for c in group}
    return bool(wanted & set(rule.clauses))
