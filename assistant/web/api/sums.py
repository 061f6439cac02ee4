"""The rules, one of them calculated, and all of them matched with a profile."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from assistant.amounts import Figure
from assistant.answer import Notice
from assistant.calculator import Finding, Granted, Missing, Profile, assess
from assistant.inputs import InputError
from assistant.match import match
from assistant.profile_file import LONGEST, BadInput, place_path, profile_of
from assistant.rule_commands import profile_typed, rule_named
from assistant.rules import Rule, Rulebook
from assistant.web.access import Program
from assistant.web.api.models import (
    AsOf,
    CalculateRequest,
    CheckupOut,
    FindingOut,
    MatchRequest,
    RuleOut,
    Total,
)
from assistant.web.finding_view import status_of, view
from assistant.web.layout import AtDesk
from assistant.web.profile_form import impossible, rule_fields
from index.scope import applies
from prompts import say

router = APIRouter(tags=[say("api.tags.sums")])
OUTCOMES: dict[type, str] = {Figure: "figure", Granted: "granted", Missing: "missing"}


@router.get("/rules", summary=say("api.operations.rules"))
def rules(
    desk: AtDesk,
    _: Program,
    place: Annotated[str | None, Query(max_length=LONGEST)] = None,
    as_of: Annotated[AsOf, Query()] = None,
) -> list[RuleOut]:
    """The rules, of all places or of those that apply at one."""
    path, day = place_path(place) if place is not None else None, as_of or desk.today
    rulebook = desk.assistant.rulebook
    return [
        _rule(rule, rulebook, day)
        for rule in rulebook.rules.values()
        if path is None or applies(rule.document, (path,))
    ]


@router.get("/rules/{id}", summary=say("api.operations.rule"))
def rule(
    desk: AtDesk, _: Program, id: str, as_of: Annotated[AsOf, Query()] = None
) -> RuleOut:
    """One rule."""
    rulebook = desk.assistant.rulebook
    try:
        chosen = rule_named(rulebook, id)
    except BadInput as error:
        raise HTTPException(404, str(error)) from error
    return _rule(chosen, rulebook, as_of or desk.today)


@router.post("/calculate", summary=say("api.operations.calculate"))
def calculate(desk: AtDesk, _: Program, asked: CalculateRequest) -> FindingOut:
    """What a rule gives somebody."""
    rulebook, as_of = desk.assistant.rulebook, asked.as_of or desk.today
    chosen = rule_named(rulebook, asked.rule)
    try:
        profile = profile_typed(
            [*asked.inputs.items(), *asked.facts.items()],
            chosen,
            rulebook.vocabulary,
            place=asked.place,
            levels=(asked.level,) if asked.level else (),
        )
        return _finding(assess(chosen, profile, as_of), profile, rulebook, as_of)
    except InputError as error:
        raise BadInput(impossible(error, rulebook.vocabulary)) from error


@router.post("/match", summary=say("api.operations.match"))
def matched(desk: AtDesk, _: Program, asked: MatchRequest) -> CheckupOut:
    """A check-up: every rule for one profile."""
    rulebook, as_of = desk.assistant.rulebook, asked.as_of or desk.today
    profile = profile_of(asked.profile, rulebook.vocabulary)
    try:
        found = match(rulebook, profile, as_of)
    except InputError as error:
        raise BadInput(impossible(error, rulebook.vocabulary)) from error
    open_ = [Missing(one.rule, (one.decides,)) for one in found.unknown]
    met, not_met, unknown = (
        [_finding(one, profile, rulebook, as_of) for one in group]
        for group in (found.met, found.not_met, open_)
    )
    totals = [
        Total(level=level, amount=_plain(s.amount), unit=s.unit, bound=s.bound)
        for level, s in found.totals
    ]
    return CheckupOut(
        met=met,
        not_met=not_met,
        unknown=unknown,
        totals=totals,
        ask_first=found.ask_first,
        as_of=as_of,
    )


def _rule(rule: Rule, rulebook: Rulebook, as_of: date) -> RuleOut:
    fields = rule_fields(rule, rulebook.vocabulary)
    return RuleOut(
        id=rule.id,
        label=rule.terms.label,
        clause=rule.terms.clause,
        quote=rule.terms.quote,
        place="".join(rule.document.place),
        status=status_of(rule, as_of),
        inputs=tuple(f.name for f in fields if f.kind == "input"),
        level=any(f.kind == "level" for f in fields),
        facts=tuple(f.name for f in fields if f.kind == "fact"),
    )


def _plain(amount: Decimal) -> str:
    """1500000, never 1500000.0 or 1.5E+6."""
    return f"{amount.normalize():f}"


def _finding(
    finding: Finding, profile: Profile, rulebook: Rulebook, as_of: date
) -> FindingOut:
    shown, terms = view(finding, profile, rulebook, as_of), finding.rule.terms
    number = isinstance(finding, Figure)
    return FindingOut(
        rule=finding.rule.id,
        outcome=OUTCOMES.get(type(finding), "not_met"),
        text=shown.headline,
        amount=_plain(finding.amount) if number else None,
        unit=finding.unit if number else "",
        bound=finding.bound if number else None,
        payee=terms.payee if number else None,
        steps=shown.card.steps if shown.card else (),
        missing=finding.names if isinstance(finding, Missing) else (),
        notices=tuple(Notice(code, text) for code, text in shown.notices),
        clause=terms.clause,
        quote=terms.quote,
        status=shown.status,
        as_of=as_of,
    )
