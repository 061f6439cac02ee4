"""Which shape an answer about money takes: figures, a reason why not, one question."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Answer, Verdict
from assistant.assignment import Doubt
from assistant.calculator import Granted, Missing
from assistant.draft import Draft, finished
from assistant.figure_answer import figures
from assistant.known import Known
from assistant.question import Request
from assistant.reasons import reasons
from assistant.reckon import Reckoning
from assistant.rule_lines import (
    base_at_cap,
    either,
    not_you,
    stated_line,
    targets,
    terms_lines,
)
from assistant.rules import Rulebook
from assistant.shapes import Promise
from assistant.spans import write
from assistant.verdicts import contradicted, verdict_of, why_not
from assistant.vocabulary import Vocabulary
from prompts import say

ORDER = ("place", "level")  # asked for first: they decide most
NUMBERS = frozenset({"sum", "total", "difference", "payers", "base_at_cap"})


def reply(
    request: Request,
    found: Reckoning,
    known: Known,
    rulebook: Rulebook,
    draft: Draft,
) -> Answer | None:
    """The answer of the rules, None where the clause's own words answer better."""
    vocabulary = rulebook.vocabulary
    if found.doubts and not found.figures:
        return _ask_about(found.doubts[0], vocabulary)
    if found.figures and "base_for" not in request.wants:
        return _figures(request, found, known, rulebook, draft)
    verdict = verdict_of(request, found, known)
    if _inverse(request, found, known, draft):
        return finished(draft, "answer")
    if request.wants & NUMBERS and _only_promised(found):
        _promises(draft, found.missing, known)  # no sum hangs on what is missing
        return finished(draft, "answer", verdict)
    if answer := _of_missing(request, found, known, rulebook, draft, verdict):
        return answer
    if _refused(found, verdict):
        _say_no(draft, found, known)
        return finished(draft, "answer", "no" if verdict else None)
    if found.granted and request.wants & NUMBERS and _promised(found.granted):
        _promises(draft, found.granted, known)
        return finished(draft, "answer", verdict)
    return None


def _of_missing(
    request: Request,
    found: Reckoning,
    known: Known,
    rulebook: Rulebook,
    draft: Draft,
    verdict: Verdict | None,
) -> Answer | None:
    """What can be said of a sum for which something must be known first."""
    payable = [m for m in found.missing if m.rule.terms.amount.is_money]
    if {"both", "total"} & request.wants and either(
        draft, [m.rule for m in payable], rulebook
    ):
        return finished(draft, "answer", "no" if verdict else None)
    _say_over(draft, found, known)
    if payable and verdict == "no":  # paid to somebody else
        return stated(request, found, known, rulebook, draft)
    if payable and "terms" in request.wants and terms_lines(draft, payable, known):
        return finished(draft, "answer", verdict)
    if payable and _wants_own_sum(request):
        return _ask_for(tuple(payable), draft, verdict, rulebook.vocabulary)
    return None


def _only_promised(found: Reckoning) -> bool:
    """Whether all that is missing is for rules that name no sum."""
    amounts = [m.rule.terms.amount for m in found.missing]
    return bool(amounts) and all(isinstance(a, Promise) for a in amounts)


def _say_over(draft: Draft, found: Reckoning, known: Known) -> None:
    """Of several rules one may be over: that is said first."""
    if any(m.rule.terms.amount.is_money for m in found.missing):
        over = tuple(n for n in found.not_met if n.condition == "expired")
        reasons(draft, over, known)


def _refused(found: Reckoning, verdict: Verdict | None) -> bool:
    """Whether the rules say no: by the asker's numbers, by time, or all of them."""
    if not found.not_met or found.missing:
        return False
    return not found.granted or any(
        n.given is not None
        or (n.rule.computes and (verdict is not None or n.condition == "expired"))
        for n in found.not_met
    )


def _say_no(draft: Draft, found: Reckoning, known: Known) -> None:
    """No, and why; that a rule was not there yet says it all."""
    if any(n.condition != "not_yet" for n in found.not_met):
        draft.add(write("figures.why_not.condition"))
    reasons(draft, found.not_met, known)


def _inverse(request: Request, found: Reckoning, known: Known, draft: Draft) -> bool:
    """What must be spent for the cap or for a sum that is wished for; if asked."""
    if "base_at_cap" in request.wants:
        return any([base_at_cap(draft, m.rule) for m in found.missing])
    return "base_for" in request.wants and targets(draft, request, found, known)


def stated(
    request: Request,
    found: Reckoning,
    known: Known,
    rulebook: Rulebook,
    draft: Draft,
) -> Answer | None:
    """The rules in the words of their clauses: what a follow-up goes back to."""
    rules = [f.rule for f in (*found.missing, *found.granted)]
    if not rules:
        return None
    computing = any(m.rule.computes for m in found.missing)
    if _promised(found.granted) and not computing:
        _promises(draft, found.granted, known)
    elif not computing:
        for one in found.granted[:3]:
            draft.add(stated_line(draft, one.rule))
    for one in found.missing[:3]:
        draft.add(stated_line(draft, one.rule))
        not_you(draft, one.rule, known)
    return finished(draft, "answer", verdict_of(request, found, known))


def _figures(
    request: Request,
    found: Reckoning,
    known: Known,
    rulebook: Rulebook,
    draft: Draft,
) -> Answer:
    """The figures; with them what else was asked for, granted or not."""
    verdict = verdict_of(request, found, known)
    if contradicted(request, found, known):
        verdict = "no" if verdict else None
        draft.add(write("figures.why_not.claim"))
    elif verdict == "no":
        draft.add(write(f"figures.why_not.{why_not(request, found)}"))
    figures(draft, request, found, known, rulebook)
    benefits = {f.rule.terms.benefit for f in found.figures}
    asked = {m.rule.terms.benefit for m in found.missing} - benefits
    if {"all", "besides"} & request.wants or asked:
        for one in found.missing[:3]:
            if one.rule.terms.benefit not in benefits:
                draft.add(stated_line(draft, one.rule))
    if request.levels or "all" in request.wants:
        for one in found.granted[:3]:
            draft.add(stated_line(draft, one.rule))
            if isinstance(one.rule.terms.amount, Promise):
                draft.add(write("figures.answer.promise"))
    apart = request.levels or request.several_places
    if apart or {"verdict", "all", "difference"} & request.wants:
        reasons(draft, found.not_met, known)
    else:
        over = tuple(n for n in found.not_met if n.bound == "quota")
        reasons(draft, over, known)
    return finished(draft, "answer", verdict)


def _wants_own_sum(request: Request) -> bool:
    """Whether somebody asks what he would get, rather than what the rule says."""
    if request.wants_how and "own" not in request.wants:
        return False
    return "own" in request.wants or (
        bool({"sum", "total"} & request.wants)
        and not ({"terms", "all"} & request.wants)
    )


def _promised(granted: tuple[Granted, ...]) -> bool:
    return any(isinstance(g.rule.terms.amount, Promise) for g in granted)


def _promises(
    draft: Draft,
    granted: Sequence[Granted | Missing],
    known: Known,
) -> None:
    """What a clause promises without saying how much."""
    for promise in granted[:3]:
        draft.add(stated_line(draft, promise.rule))
        not_you(draft, promise.rule, known)
    draft.add(write("figures.answer.promise"))
    draft.note("ratio_unspecified", write("figures.notices.ratio_unspecified"))


def _ask_for(
    missing: tuple[Missing, ...],
    draft: Draft,
    verdict: Verdict | None,
    vocabulary: Vocabulary,
) -> Answer:
    """The rule as it stands, and the one question that decides most."""
    names = [name for m in missing for name in m.names]
    name = next((n for n in ORDER if n in names), names[0])
    if name in ORDER:
        question = say(f"figures.ask.{name}")
    elif name in vocabulary.facts:
        question = vocabulary.facts[name].ask
    else:
        question = vocabulary.inputs[name].ask
    for one in missing[:3]:
        draft.add(stated_line(draft, one.rule))
    answer = finished(draft, "clarify", verdict)
    return replace(answer, questions=(question,))


def _ask_about(doubt: Doubt, vocabulary: Vocabulary) -> Answer:
    """A number that cannot be used as said: ask, never convert or guess."""
    label = vocabulary.inputs[doubt.name].label
    question = say(f"figures.ask.{doubt.kind}", text=doubt.text, label=label)
    return Answer("clarify", question, questions=(question,))
