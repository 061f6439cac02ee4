"""Whether the asker gets something, and whether what he was told is so."""

from assistant.answer import Verdict
from assistant.known import Known
from assistant.money import Sum, read_money
from assistant.question import Request, patterns
from assistant.reckon import Reckoning


def verdict_of(request: Request, found: Reckoning, known: Known) -> Verdict | None:
    """Whether the asker gets something, where that is what he asks."""
    if "verdict" not in request.wants:
        return None
    if "difference" in request.wants and len(found.sums) > 1:
        return None  # 还是河南多吗: which is more, not whether it is due
    if _only_one(request, found):
        return "no"
    if not found.figures and any(n.condition == "expired" for n in found.not_met):
        return "no"
    theirs = ("enterprise", *known.is_payee)
    if any(
        f.rule.terms.payee in theirs and not f.rule.document.draft
        for f in found.figures
    ):
        return "yes"
    if any(m.rule.terms.payee in theirs for m in found.missing):
        return "depends"
    refused = any(n.rule.computes for n in found.not_met)
    promised = any(g.rule.terms.payee in theirs for g in found.granted)
    return "yes" if promised and not refused else "no"


def _only_one(request: Request, found: Reckoning) -> bool:
    """Whether two benefits are wanted of which only one can be had."""
    return "both" in request.wants and bool(found.choice.dropped or found.barred)


def contradicted(request: Request, found: Reckoning, known: Known) -> bool:
    """Whether the asker wants a sum confirmed that nothing here comes to."""
    if not patterns()["confirm"].search(request.text):
        return False
    said = {m.yuan for m in read_money(request.text) if isinstance(m, Sum)}
    given = {m.value for mentions in known.numbers.values() for m in mentions}
    rules = [f.rule for f in (*found.figures, *found.beyond)]
    stated = {
        v for r in rules for _, v, kind in r.terms.amount.numbers if kind == "money"
    }
    bounds = {v for r in rules for _, _, v in r.terms.conditions.bounds}
    sums = {f.amount for f in (*found.figures, *found.beyond)}
    whole = found.total()
    return bool(
        said - given - stated - bounds - sums - {whole.amount if whole else None}
    )


def why_not(request: Request, found: Reckoning) -> str:
    """Which of the ways to say no fits."""
    if _only_one(request, found):
        return "both"
    given = [f.rule for f in (*found.figures, *found.granted)]
    if given and all(rule.document.draft for rule in given):
        return "draft"
    return "payee" if given or found.missing else "condition"
