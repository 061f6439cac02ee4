"""Rules that a question names by what they pay: 小巨人的那50万, 30%和10%."""

from collections.abc import Sequence

from assistant.money import Sum, read_money
from assistant.quantities import read_shares
from assistant.question import Request
from assistant.rules import Rule
from assistant.said import names_a_sum, read_levels
from assistant.shapes import Share
from assistant.vocabulary import load_vocabulary

SURE = 2  # rates: a single one may be a growth or a share of something else


def paying(request: Request, there: Sequence[Rule]) -> tuple[Rule, ...]:
    """Of the rules of a place, those called by level and sum, or by their rates."""
    vocabulary, text = load_vocabulary(), request.text
    if not names_a_sum(text, vocabulary):
        return _of_rates(request, there)
    levels = read_levels(text, vocabulary)
    return tuple(
        rule
        for rule in there
        if levels & set(rule.terms.conditions.level) and sum_named(rule, text)
    )


def sum_named(rule: Rule, text: str) -> bool:
    """Whether a question names the rule by its sum: 那个50万."""
    said = {m.yuan for m in read_money(text) if isinstance(m, Sum)}
    own = {value for _, value, kind in rule.terms.amount.numbers if kind == "money"}
    return bool(said & own)


def _of_rates(request: Request, there: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules of one benefit that pay every rate of the question; () if unsure."""
    rates = {share.rate for share in read_shares(request.text)}
    found = [
        (rule, rule.terms.amount.rate)
        for rule in there
        if isinstance(rule.terms.amount, Share)
        and rule.terms.amount.rate in rates
        and (not request.levels or rule.document.level in request.levels)
    ]
    one_benefit = len({rule.terms.benefit for rule, _ in found}) == 1
    every_rate = {rate for _, rate in found} == rates
    sure = len(rates) >= SURE and one_benefit and every_rate
    return tuple(rule for rule, _ in found) if sure else ()
