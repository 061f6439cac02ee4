"""测算: every rule with a form of its own, made from the rulebook."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.calculator import assess
from assistant.inputs import InputError
from assistant.profile_file import BadInput
from assistant.rules import Rule
from assistant.web.clause_view import clause_words
from assistant.web.desk import Desk
from assistant.web.finding_view import FindingView, status_of, view
from assistant.web.layout import AtDesk, Text, page
from assistant.web.profile_form import (
    Field,
    filled,
    impossible,
    profile_from,
    rule_fields,
)
from prompts import say, words

router = APIRouter()


@router.get("/calculate")
def calculate(
    request: Request, desk: AtDesk, rule: Text = "", place: Text = "", q: Text = ""
) -> HTMLResponse:
    """The list of rules, or one rule's form with what comes out."""
    if not rule:
        return _list(desk, place, q)
    chosen = desk.assistant.rulebook.rules.get(rule)
    if chosen is None:
        text = say("web.calculate.no_rule", name=rule)
        return page("fault_page.html", "calculate", desk, code=404, text=text)
    return _form(desk, chosen, dict(request.query_params))


def _list(desk: Desk, place: str, search: str) -> HTMLResponse:
    rules = desk.assistant.rulebook.rules.values()
    places = [*dict.fromkeys("".join(r.document.place) for r in rules)]
    found = [
        rule
        for rule in rules
        if (not place or place == "".join(rule.document.place))
        and all(word in _text(rule) for word in search.split())
    ]
    groups = {
        name: [r for r in found if "".join(r.document.place) == name] for name in places
    }
    return page(
        "rules.html",
        "calculate",
        desk,
        groups={name: own for name, own in groups.items() if own},
        places=places,
        place=place,
        search=search,
        count=len(found),
        status_of=partial(status_of, as_of=desk.today),
    )


def _form(desk: Desk, rule: Rule, typed: dict[str, str]) -> HTMLResponse:
    vocabulary = desk.assistant.rulebook.vocabulary
    fields = rule_fields(rule, vocabulary)
    asked = any(typed.get(field.name, "").strip() for field in fields)
    if not asked:
        typed |= {"place": "".join(rule.document.place)}
    fields = filled(fields, typed, vocabulary)
    found, fault = result_of(desk, rule, fields) if asked else (None, "")
    return page(
        "rule.html",
        "calculate",
        desk,
        rule=rule,
        fields=fields,
        found=found,
        fault=fault,
        levels={name: level.label for name, level in vocabulary.levels.items()},
        status=status_of(rule, desk.today),
        quote=clause_words(
            desk.assistant.index.library.clause(rule.terms.clause), rule.terms.quote
        ),
        truths=words("web.calculate.truths"),
    )


def result_of(
    desk: Desk, rule: Rule, fields: list[Field]
) -> tuple[FindingView | None, str]:
    """What comes out, or what is wrong with the form as a whole."""
    rulebook = desk.assistant.rulebook
    if any(field.fault for field in fields):
        return None, say("web.calculate.faults")
    try:
        profile = profile_from(fields, rulebook.vocabulary)
        finding = assess(rule, profile, desk.today)
    except BadInput as error:
        return None, str(error)
    except InputError as error:
        return None, impossible(error, rulebook.vocabulary)
    return view(finding, profile, rulebook, desk.today), ""


def _text(rule: Rule) -> str:
    """What a search of the list looks at."""
    terms, document = rule.terms, rule.document
    return f"{terms.label}{terms.quote}{document.title}{document.short}"
