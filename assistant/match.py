"""政策体检: one profile against every rule, totals by level, days things end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.amounts import Figure
from assistant.calculator import (
    Finding,
    Granted,
    Missing,
    NotMet,
    Profile,
    assess,
)
from assistant.combine import Choice, Sum, choose, total
from assistant.rules import Rule, Rulebook

LEVELS = ("national", "province", "city", "district")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A rule that may apply, and the one thing that would decide most."""

    rule: Rule
    decides: str  # place, level, or the name of a fact or an input


@dataclass(frozen=True, slots=True)
class Checkup:
    """Every rule as met, not met (and why), or unknown (and what would decide)."""

    met: tuple[Figure | Granted, ...]
    not_met: tuple[NotMet, ...]
    unknown: tuple[Unknown, ...]
    choice: Choice
    totals: tuple[tuple[str, Sum], ...]  # by level of government
    ends: tuple[tuple[date, Rule], ...]  # soonest first

    @property
    def ask_first(self) -> str | None:
        """The one thing that decides most rules, None when nothing is open."""
        counts = Counter(u.decides for u in self.unknown)
        return counts.most_common(1)[0][0] if counts else None


def match(rulebook: Rulebook, profile: Profile, as_of: date) -> Checkup:
    """The check-up of a profile on a day; raises InputError for an impossible one."""
    findings = [
        _confirmed(assess(rule, profile, as_of), profile)
        for rule in rulebook.rules.values()
    ]
    met = tuple(f for f in findings if isinstance(f, Figure | Granted))
    missing = [f for f in findings if isinstance(f, Missing)]
    weight = Counter(name for one in missing for name in one.names)
    unknown = tuple(
        Unknown(one.rule, max(one.names, key=lambda n: weight[n])) for one in missing
    )
    sums = [f for f in met if isinstance(f, Figure) and _counts(f, profile)]
    choice = choose(sums, rulebook)
    ends = [(last, f.rule) for f in met if (last := f.rule.last_day())]
    return Checkup(
        met,
        tuple(f for f in findings if isinstance(f, NotMet)),
        unknown,
        choice,
        _totals(choice.kept),
        tuple(sorted(ends, key=lambda row: row[0])),
    )


def _confirmed(finding: Finding, profile: Profile) -> Finding:
    """A finding, unknown where nothing that the asker said speaks for it.

    A figure from his own numbers may rest on what is assumed; a fixed sum may not.
    """
    if isinstance(finding, Missing | NotMet):
        return finding
    if isinstance(finding, Figure) and finding.inputs:
        return finding
    assumed = finding.rule.terms.conditions.assumed
    unsaid = tuple(name for name in assumed if name not in profile.facts)
    return Missing(finding.rule, unsaid) if unsaid else finding


def _counts(figure: Figure, profile: Profile) -> bool:
    """Whether a figure is a sum for the asker himself, not a promise's cap."""
    payees = ("enterprise", *profile.is_payee)
    paid = figure.rule.terms.payee in payees and not figure.rule.document.draft
    return paid and not figure.unit and not figure.unspecified


def _totals(kept: Sequence[Figure]) -> tuple[tuple[str, Sum], ...]:
    """What each level of government pays to the asker himself, at best."""
    by_level = {
        level: [f for f in kept if f.rule.document.level == level] for level in LEVELS
    }
    sums = ((level, total(figures)) for level, figures in by_level.items() if figures)
    return tuple((level, found) for level, found in sums if found)
