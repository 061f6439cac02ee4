"""A calculator's finding as the pages show it: the same card as in the chat."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assistant.amounts import Figure
from assistant.calculator import Finding, Granted, Missing, NotMet, Profile
from assistant.facts import chinese_date, status_sentence
from assistant.finding_text import reason
from assistant.money import yuan_text
from assistant.rules import Rule, Rulebook
from assistant.vocabulary import Vocabulary
from assistant.web.article import Card
from index.documents import Status
from prompts import say, words

VERDICTS: dict[type, str] = {Figure: "yes", Granted: "yes", Missing: "depends"}


@dataclass(frozen=True, slots=True)
class FindingView:
    """What a rule gives a profile, in words."""

    rule: Rule
    verdict: str  # yes, no, depends; draft or payee where it is not the asker's
    headline: str
    card: Card | None
    notices: tuple[tuple[str, str], ...]  # code and words
    lines: tuple[str, ...]
    status: Status  # of the measure, which may end before its text
    validity: str


def view(
    finding: Finding, profile: Profile, rulebook: Rulebook, as_of: date
) -> FindingView:
    """A finding with all that must be said beside it."""
    rule, vocabulary = finding.rule, rulebook.vocabulary
    return FindingView(
        rule,
        _verdict(finding, profile),
        _headline(finding, vocabulary),
        _card(finding, vocabulary) if isinstance(finding, Figure) else None,
        tuple(_notices(finding, profile, rulebook, as_of)),
        tuple(_lines(finding, profile, vocabulary)),
        status_of(rule, as_of),
        status_sentence(rule.document, as_of),
    )


def status_of(rule: Rule, as_of: date) -> Status:
    """The status of a measure: that of its text, unless it ended before."""
    status = rule.document.status(as_of)
    last = rule.last_day()
    if status != "draft" and last and as_of > last:
        return "expired"
    return status


def _verdict(finding: Finding, profile: Profile) -> str:
    """As the chat decides: nothing of a draft, nothing paid to somebody else."""
    if isinstance(finding, NotMet):
        return "no"
    if finding.rule.document.draft:
        return "draft"
    if finding.rule.terms.payee not in ("enterprise", *profile.is_payee):
        return "payee"
    return VERDICTS[type(finding)]


def _headline(finding: Finding, vocabulary: Vocabulary) -> str:
    label = finding.rule.terms.label
    match finding:
        case Figure():
            amount = words("figures.cli.amount")[finding.bound]
            return f"{label}：{amount.format(amount=finding.text())}"
        case Granted():
            return say("figures.cli.granted", label=label)
        case Missing(names=names):
            needed = "、".join(map(vocabulary.label, names))
            return say("figures.cli.missing", label=label, needed=needed)
        case NotMet():
            why = reason(finding, vocabulary)
            return say("figures.cli.not_met", label=label, reason=why)


def _card(figure: Figure, vocabulary: Vocabulary) -> Card:
    terms = figure.rule.terms
    shares = (
        f"{words('figures.payers')[payer]}：{yuan_text(share)}"
        for payer, share in figure.shares()
    )
    return Card(
        terms.label,
        words("figures.cli.amount")[figure.bound].format(amount=figure.text()),
        vocabulary.payees[terms.payee].label,
        terms.payee != "enterprise",
        (*figure.steps, *shares),
        (),
    )


def _notices(
    finding: Finding, profile: Profile, rulebook: Rulebook, as_of: date
) -> Iterator[tuple[str, str]]:
    """The notices of the chat, by code: draft, expired, not_you, no_double …"""
    rule, document = finding.rule, finding.rule.document
    if document.draft:
        yield "draft", say("replies.notices.draft", title=document.title)
    last = rule.last_day()
    if last and as_of > last:
        text = say(
            "figures.notices.expired",
            label=rule.terms.label,
            until=chinese_date(last),
            as_of=chinese_date(as_of),
        )
        yield "expired", text
    payee = rule.terms.payee
    if rule.terms.amount.is_money and payee not in ("enterprise", *profile.is_payee):
        label = rulebook.vocabulary.payees[payee].label
        yield "not_you", say("figures.notices.not_you", payee=label)
    if isinstance(finding, Figure) and finding.unspecified:
        yield "ratio_unspecified", say("figures.notices.ratio_unspecified")
    for other in rulebook.rules.values():
        if says := rulebook.excluded(rule, other):
            text = say(
                "web.calculate.no_double", other=other.terms.label, quote=says[1]
            )
            yield "no_double", text


def _lines(finding: Finding, profile: Profile, vocabulary: Vocabulary) -> Iterator[str]:
    terms = finding.rule.terms
    if isinstance(finding, Figure | Granted):
        unsaid = [n for n in terms.conditions.assumed if n not in profile.facts]
        if assumed := "、".join(map(vocabulary.label, unsaid)):
            yield say("figures.cli.assumed", conditions=assumed).strip()
        yield from terms.open
