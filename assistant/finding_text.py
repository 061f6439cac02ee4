"""Findings on the command line: one in a few lines, a whole check-up on a page."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from assistant.amounts import Figure
from assistant.calculator import Finding, Granted, Missing, NotMet, Profile
from assistant.facts import chinese_date
from assistant.inputs import amount_text
from assistant.match import Checkup
from assistant.money import yuan_text
from assistant.vocabulary import Vocabulary
from prompts import say, words


def describe(
    finding: Finding, profile: Profile, vocabulary: Vocabulary, as_of: date
) -> list[str]:
    """A finding in a few lines: sum, working, payee, status, words of the clause."""
    terms, document = finding.rule.terms, finding.rule.document
    lines = list(_outcome(finding, vocabulary))
    if isinstance(finding, Figure | Granted):
        unsaid = [n for n in terms.conditions.assumed if n not in profile.facts]
        if assumed := "、".join(map(vocabulary.label, unsaid)):
            lines.append(say("figures.cli.assumed", conditions=assumed))
        lines += [say("figures.cli.open", open=line) for line in terms.open]
    payee = vocabulary.payees[terms.payee].label
    status = say(f"replies.status_names.{document.status(as_of)}")
    place = "".join(document.place)
    lines.append(say("figures.cli.payee", payee=payee, place=place, status=status))
    source = {"title": document.short, "clause": terms.clause, "quote": terms.quote}
    return [*lines, say("figures.cli.source", **source)]


def _outcome(finding: Finding, vocabulary: Vocabulary) -> Iterator[str]:
    label = finding.rule.terms.label
    match finding:
        case Figure():
            amount = words("figures.cli.amount")[finding.bound]
            yield f"{label}：{amount.format(amount=finding.text())}"
            yield from (f"  {step}" for step in finding.steps)
            for payer, share in finding.shares():
                yield f"  {words('figures.payers')[payer]}：{yuan_text(share)}"
        case Granted():
            yield say("figures.cli.granted", label=label)
        case Missing(names=names):
            needed = "、".join(f"{vocabulary.label(n)}（{n}）" for n in names)
            yield say("figures.cli.missing", label=label, needed=needed)
        case NotMet():
            why = reason(finding, vocabulary)
            yield say("figures.cli.not_met", label=label, reason=why)


def reason(finding: NotMet, vocabulary: Vocabulary) -> str:
    """Which condition fails, with its limit and what was given."""
    rule, condition = finding.rule, finding.condition
    conditions = rule.terms.conditions
    if finding.limit is not None and finding.given is not None:
        return words("figures.cli.bound")[finding.bound].format(
            label=vocabulary.label(condition),
            limit=amount_text(condition, finding.limit),
            given=amount_text(condition, finding.given),
        )
    kind = condition
    if condition in vocabulary.facts:
        kind = "unless" if condition in conditions.unless else "fact"
    return words("figures.cli.reasons")[kind].format(
        condition=vocabulary.label(condition),
        place="".join(rule.document.place),
        levels="、".join(vocabulary.label(level) for level in conditions.level),
        start=chinese_date(rule.terms.start or rule.document.valid_from),
        until=chinese_date(rule.last_day()),
    )


def checkup_lines(
    checkup: Checkup, profile: Profile, vocabulary: Vocabulary, as_of: date
) -> Iterator[str]:
    """Sums, totals and last days, then what is granted in words, open, and not met."""
    figures = [f for f in checkup.met if isinstance(f, Figure)]
    yield say("figures.cli.figures", count=len(figures))
    for figure in figures:
        first, *rest = describe(figure, profile, vocabulary, as_of)[:-1]
        yield f"- {first}"
        yield from (f"  {line}" for line in rest)
    for one in checkup.choice.dropped:
        loser, winner = one.loser.rule.terms.label, one.winner.rule.terms.label
        yield say("figures.cli.dropped", loser=loser, winner=winner, quote=one.quote)
    yield from _totals(checkup, profile, as_of)
    for last, rows in groupby(checkup.ends, key=lambda row: row[0]):
        labels = "、".join(rule.terms.label for _, rule in rows)
        yield say("figures.cli.ends", until=chinese_date(last), labels=labels)
    granted = [f.rule for f in checkup.met if isinstance(f, Granted)]
    yield say("figures.cli.in_words", count=len(granted))
    for rule in granted:
        payee = vocabulary.payees[rule.terms.payee].label
        status = words("replies.status_names")[rule.document.status(as_of)]
        yield f"- {rule.terms.label}（{rule.id}）：{payee}，{status}"
    yield from _rest(checkup, vocabulary)


def _rest(checkup: Checkup, vocabulary: Vocabulary) -> Iterator[str]:
    """What is open, what is not met and why, and what should be found out first."""
    yield say("figures.cli.unknown", count=len(checkup.unknown))
    for unknown in checkup.unknown:
        terms, decides = unknown.rule.terms, vocabulary.label(unknown.decides)
        yield f"- {terms.label}（{terms.id}）：{decides}（{unknown.decides}）"
    yield say("figures.cli.unmet", count=len(checkup.not_met))
    for missed in checkup.not_met:
        terms = missed.rule.terms
        yield f"- {terms.label}（{terms.id}）：{reason(missed, vocabulary)}"
    if checkup.ask_first:
        name = f"{vocabulary.label(checkup.ask_first)}（{checkup.ask_first}）"
        yield say("figures.cli.ask_first", name=name)


def _totals(checkup: Checkup, profile: Profile, as_of: date) -> Iterator[str]:
    """What each level pays, and how much of that rests on what nobody has said."""
    for level, result in checkup.totals:
        amount = words("figures.cli.amount")[result.bound]
        kept = [f.rule for f in checkup.choice.kept if f.rule.document.level == level]
        unsaid = [
            rule
            for rule in kept
            if set(rule.terms.conditions.assumed) - set(profile.facts)
        ]
        counts = {
            "assumed": len(unsaid),
            "others": len([r for r in kept if r.terms.payee != "enterprise"]),
            "draft": len([r for r in kept if r.document.status(as_of) == "draft"]),
        }
        notes = words("figures.cli.total_notes")
        said = "；".join(notes[n].format(count=c) for n, c in counts.items() if c)
        yield say(
            "figures.cli.total",
            level=words("replies.levels")[level],
            amount=amount.format(amount=yuan_text(result.amount)),
        ) + (say("figures.cli.including", notes=said) if said else "")
