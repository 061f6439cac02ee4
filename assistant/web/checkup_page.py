"""体检: one profile against every rule, the best lawful total, and the days it ends."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from assistant.calculator import Profile
from assistant.finding_text import reason
from assistant.inputs import InputError
from assistant.match import Checkup, match
from assistant.profile_file import BadInput, place_path
from assistant.web.desk import Desk
from assistant.web.ends import WIDTH, calendar, ends_of
from assistant.web.finding_view import FindingView, status_of, view
from assistant.web.layout import AtDesk, page
from assistant.web.profile_form import (
    Field,
    all_fields,
    filled,
    impossible,
    profile_from,
)
from index.scope import applies
from prompts import say, words

router = APIRouter()


@router.get("/checkup")
def checkup(request: Request, desk: AtDesk) -> HTMLResponse:
    """The form, and the check-up of what it holds."""
    typed = dict(request.query_params)
    fields = _fields(desk, typed)
    if not any(field.value for field in fields):
        return _page(desk, fields, "")
    if any(field.fault for field in fields):
        return _page(desk, fields, say("web.calculate.faults"))
    if not typed.get("place", "").strip():
        return _page(desk, fields, say("web.checkup.place"))
    try:
        profile, found = _match(desk, fields)
    except BadInput as error:
        return _page(desk, fields, str(error))
    return _page(desk, fields, "", **_result(desk, profile, found, typed))


@router.get("/checkup.ics")
def ends(request: Request, desk: AtDesk) -> Response:
    """The days on which what the profile meets ends."""
    try:
        _, found = _match(desk, _fields(desk, dict(request.query_params)))
    except BadInput as error:
        text = str(error)
        return page("fault_page.html", "checkup", desk, code=422, text=text)
    return Response(
        calendar(found.ends, desk.today),
        media_type="text/calendar; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="ends.ics"'},
    )


def _fields(desk: Desk, typed: dict[str, str]) -> list[Field]:
    """The fields of all rules, or of those at the place where one was typed."""
    rulebook = desk.assistant.rulebook
    rules = list(rulebook.rules.values())
    try:
        here = place_path(typed["place"].strip()) if typed.get("place") else None
    except BadInput:  # the field says so itself
        here = None
    there = [r for r in rules if here and applies(r.document, (here,))]
    own = {field.name for field in all_fields(there or rules, rulebook.vocabulary)}
    fields = [
        field
        for field in all_fields(rules, rulebook.vocabulary)
        if field.name in own or typed.get(field.name)  # what was typed stays
    ]
    return filled(fields, typed, rulebook.vocabulary)


def _match(desk: Desk, fields: list[Field]) -> tuple[Profile, Checkup]:
    """The check-up of a form; raises BadInput."""
    rulebook = desk.assistant.rulebook
    profile = profile_from(fields, rulebook.vocabulary)
    try:
        return profile, match(rulebook, profile, desk.today)
    except InputError as error:
        raise BadInput(impossible(error, rulebook.vocabulary)) from error


def _page(desk: Desk, fields: list[Field], fault: str, **found: object) -> HTMLResponse:
    vocabulary = desk.assistant.rulebook.vocabulary
    return page(
        "checkup.html",
        "checkup",
        desk,
        fields=[f for f in fields if f.kind != "fact"],
        facts=[f for f in fields if f.kind == "fact"],
        fault=fault,
        levels={name: level.label for name, level in vocabulary.levels.items()},
        truths=words("web.calculate.truths"),
        found=found,
    )


def _result(
    desk: Desk, profile: Profile, found: Checkup, typed: dict[str, str]
) -> dict[str, object]:
    """What the page shows of a check-up."""
    rulebook, today = desk.assistant.rulebook, desk.today
    vocabulary = rulebook.vocabulary
    met = [view(one, profile, rulebook, today) for one in found.met]
    amounts = words("figures.cli.amount")
    here = (profile.place,) if profile.place else ()
    return {
        "own": sorted((v for v in met if v.verdict == "yes"), key=_order),
        "others": [v for v in met if v.verdict != "yes"],
        "unknown": [
            (one.rule, vocabulary.label(one.decides), status_of(one.rule, today))
            for one in found.unknown
        ],
        "not_met": [
            (one.rule, reason(one, vocabulary))
            for one in found.not_met
            if applies(one.rule.document, here)  # another place's are not listed
        ],
        "elsewhere": sum(not applies(n.rule.document, here) for n in found.not_met),
        "totals": [
            (say(f"replies.levels.{level}"), amounts[s.bound].format(amount=s.text()))
            for level, s in found.totals
        ],
        "kept": [figure.rule.terms.label for figure in found.choice.kept],
        "dropped": found.choice.dropped,
        "ask_first": vocabulary.label(found.ask_first) if found.ask_first else "",
        "ends": ends_of(found.ends, today),
        "width": WIDTH,
        "calendar": f"/checkup.ics?{urlencode(typed)}",
    }


def _order(one: FindingView) -> bool:
    """Sums before what the clause grants in words."""
    return one.card is None
