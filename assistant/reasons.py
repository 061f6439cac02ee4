"""Why a rule gives nothing: the one condition that fails, in words."""

from assistant import spans
from assistant.calculator import NotMet
from assistant.draft import Draft
from assistant.known import Known
from assistant.rule_lines import met_line, not_you
from assistant.sources import OfDocument, OfRule
from assistant.spans import Sentence, Span, write
from assistant.vocabulary import load_vocabulary


def reasons(draft: Draft, not_met: tuple[NotMet, ...], known: Known) -> None:
    """Why each rule gives nothing, with the words of its clause."""
    for one in not_met[:3]:
        draft.add(_reason(draft, one))
        met_line(draft, one.rule, known)
        clause, quote = one.rule.terms.clause, one.rule.terms.quote
        draft.add(write("figures.answer.basis", quote=draft.words(clause, quote)), 2)
        not_you(draft, one.rule, known)


def _reason(draft: Draft, one: NotMet) -> Sentence:
    rule, conditions = one.rule, one.rule.terms.conditions
    document = OfDocument(rule.document, None, draft.as_of)
    values: dict[str, Span | Sentence] = {
        "label": spans.rule_label(rule),
        "marker": draft.marker(rule.terms.clause, rule.terms.quote),
        "as_of": spans.day(draft.as_of, document),
    }
    if one.limit is not None and one.given is not None:
        values |= {
            "input": spans.label("inputs", one.condition),
            "limit": spans.rule_number(rule, one.condition, one.limit),
            "given": spans.fixed("figures.not_met.several")
            if one.summed
            else spans.echo(one.condition, one.given),
        }
        return write(f"figures.not_met.{one.bound}", **values)
    last = rule.last_day()
    if one.condition == "expired" and last:
        values["until"] = spans.day(last, OfRule(rule, "last_day"))
        draft.note("expired", write("figures.notices.expired", **values))
    if one.condition == "level":
        labels = [(spans.label("levels", n),) for n in conditions.level]
        values["levels"] = spans.joined(labels, "figures.not_met.or")
    event = rule.terms.event
    if one.condition == "event" and event and event.last and draft.as_of > event.last:
        values["until"] = spans.day(event.last, OfRule(rule, "event_end"))
        draft.note("expired", write("figures.notices.expired", **values))
    if one.condition == "had":
        draft.note("no_double", write("figures.notices.had", label=values["label"]))
    if one.condition in load_vocabulary().facts:
        key = "unless" if one.condition in conditions.unless else "fact"
        values["condition"] = spans.label("facts", one.condition)
        return write(f"figures.not_met.{key}", **values)
    return write(f"figures.not_met.{one.condition}", **values)
