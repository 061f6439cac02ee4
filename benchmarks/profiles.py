"""10,000 made-up profiles against every rule: seconds, and properties violated."""

import random
import time
from datetime import date
from decimal import Decimal

from assistant.amounts import Figure
from assistant.calculator import Profile, assess
from assistant.inputs import given
from assistant.rules import Rule, Rulebook, load_rulebook
from assistant.shapes import Promise, Share
from index.read import read_corpus

PROFILES = 10_000
DAYS = [date(2022, 3, 1), date(2023, 1, 10), date(2026, 11, 22), date(2027, 1, 5)]
PLACES = [
    ("河南省", "郑州市", "上街区"),
    ("河南省", "洛阳市"),
    ("湖北省", "武汉市"),
    ("广东省", "深圳市"),
]


def profiles(rulebook: Rulebook, number: int, seed: int = 1) -> list[Profile]:
    """Profiles with half of the inputs, some levels and most facts known."""
    chance = random.Random(seed)
    vocabulary = rulebook.vocabulary
    made: list[Profile] = []
    for _ in range(number):
        inputs = {
            name: given(name, _value(entry.kind, chance))
            for name, entry in vocabulary.inputs.items()
            if chance.random() < 0.5
        }
        levels = chance.sample(sorted(vocabulary.levels), chance.randint(0, 2))
        facts = {n: chance.random() < 0.8 for n in vocabulary.facts}
        known = {n: v for n, v in facts.items() if chance.random() < 0.6}
        place = chance.choice(PLACES)
        made.append(Profile(place, frozenset(levels), inputs, known))
    return made


def _value(kind: str, chance: random.Random) -> Decimal:
    if kind == "money":
        return Decimal(chance.randint(1, 10 ** chance.randint(4, 10)))
    if kind == "rate":
        return Decimal(chance.randint(0, 100)) / 100
    return Decimal(chance.randint(0, 40))


def violated(rule: Rule, profile: Profile, as_of: date) -> str | None:
    """The property that a finding violates, None for a sound one."""
    finding = assess(rule, profile, as_of)
    if not isinstance(finding, Figure):
        return None
    amount, last = rule.terms.amount, rule.last_day()
    if finding.amount < 0:
        return "negative"
    cap = amount.cap if isinstance(amount, Share | Promise) else None
    if cap is not None and finding.amount > cap:
        return "above its cap"
    if last and as_of > last:
        return "after its last day"
    place = profile.place or ()
    if place[: len(rule.document.place)] != rule.document.place:
        return "another place"
    return None


def main() -> None:
    """Print the time and every kind of violation."""
    corpus = read_corpus()
    rulebook = load_rulebook(corpus.clauses, corpus.documents)
    made = profiles(rulebook, PROFILES)
    started = time.perf_counter()
    found: dict[str, int] = {}
    for number, profile in enumerate(made):
        as_of = DAYS[number % len(DAYS)]
        for rule in rulebook.rules.values():
            if fault := violated(rule, profile, as_of):
                found[fault] = found.get(fault, 0) + 1
    elapsed = time.perf_counter() - started
    print(
        f"{PROFILES} profiles × {len(rulebook.rules)} rules: {elapsed:.1f} s (bar 10)"
    )
    print(f"violations: {found or 'none'}")


if __name__ == "__main__":
    main()
