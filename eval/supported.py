"""Whether every number shown has a source, read without the spans of the answer.

A second proof beside the guard in `assistant.grounding`: it sees only what a reader
sees, and compares by value.
"""

import operator
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from decimal import ROUND_CEILING, Decimal

from assistant.answer import Answer
from assistant.chat import LONGEST_QUESTION
from assistant.money import Bare, Foreign, Range, Sum, read_money
from assistant.quantities import read_counts, read_shares
from assistant.rules import Rulebook
from index.clean import simplified
from index.library import Library
from index.numerals import to_int
from prompts import words

# Chinese numerals count as a number only with a unit behind them: 一次 is none.
NUMBER = re.compile(
    r"(?:(?P<n>\d+(?:\.\d+)?)|(?P<cn>[零一二两三四五六七八九十百千]+)(?=[万亿元成倍]|个月))"
    r"\s?(?P<unit>万亿|亿|千万|百万|万|千(?=元))?(?P<kind>元|%|‰|成(?![功立本为果]))?"
)
UNITS = {"万亿": 12, "亿": 8, "千万": 7, "百万": 6, "万": 4, "千": 3}
DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
# 97家 × 1.2 = 116.4家: counts have no card with their steps.
FIGURE, SIGN = re.compile(r"\d+(?:\.\d+)?"), re.compile("[+−×]")
WORKING = re.compile(r"((?:[\d.]+[^\W\d]? [+−×] )+[\d.]+[^\W\d]?) = (\d+(?:\.\d+)?)")
SIGNS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "−": operator.sub,
    "×": operator.mul,
}
MARKER = re.compile(r"\[\d+\]")
YEARS = re.compile(r"(?<!\d)(\d{1,2})年(?!\d)")  # 1年以上 is 12个月以上
Number = tuple[str, Decimal]  # 元, % or a plain number, and its value


def unsupported(answer: Answer, said: str, held: "Held") -> list[str]:
    """The numbers of an answer that stand in no quote, figure or word of the asker.

    `said` is all that the asker wrote in the conversation so far.
    """
    quotes = "\n".join(c.quote for c in answer.citations)
    steps = "\n".join(s for f in answer.figures for s in f.steps)
    allowed = numbers(quotes) | numbers(steps) | said_numbers(said) | held.fixed
    allowed |= {("", Decimal(n) * 12) for n in YEARS.findall(_folded(quotes))}
    for card in answer.figures:
        allowed |= _values([card.yuan, *card.inputs.values()])
    allowed |= _values(answer.inputs.values())
    shown = [answer.text, *(n.text for n in answer.notices), *answer.questions]
    cited = [c.clause for c in answer.citations if c.clause in held.library.row]
    plain = held.without_names(MARKER.sub(" ", "\n".join(shown)), said, cited)
    known = _worked(_folded(plain), numbers(quotes) | said_numbers(said))
    return sorted(
        f"{v:f}{k}" for k, v in numbers(plain) - allowed if k or not _follows(v, known)
    )


def numbers(text: str) -> set[Number]:
    """Every number of a text with what it is: yuan, per cent, or a plain one."""
    found: set[Number] = set()
    for match in NUMBER.finditer(_folded(text)):
        if match["cn"] and not any(c in match["cn"] for c in "一二两三四五六七八九十"):
            continue  # 千万, 百元: words
        value = Decimal(match["n"]) if match["n"] else Decimal(to_int(match["cn"]))
        kind, unit = match["kind"] or "", match["unit"]
        if unit or kind == "元":
            found.add(("元", _plain(value.scaleb(UNITS.get(unit, 0)))))
        elif kind in ("%", "‰") or kind[:1] == "成":
            scale = {"%": 0, "‰": -1}.get(kind, 1)
            found.add(("%", _plain(value.scaleb(scale))))
        else:
            found.add(("", _plain(value)))
    return found


class Held:
    """What the texts and rules are called, and the days that may be shown."""

    def __init__(self, library: Library, rulebook: Rulebook, as_of: date) -> None:
        self.library, self.days = library, {as_of}
        documents = library.documents
        names: set[str] = set()
        for document in documents.values():
            self.days |= {d for d in (document.issued, document.valid_until) if d}
            names |= {document.title, document.short, document.number or ""}
            names |= {s.file for s in document.sources} | {document.id}
            names |= {document.id.rpartition("/")[2]}
        for rule in rulebook.rules.values():
            event = rule.terms.event
            ends = (rule.last_day(), rule.terms.start, event.last if event else None)
            self.days |= {d for d in ends if d}
            names |= {rule.terms.label, *rule.terms.open}
        parts = max(len(d.parts) for d in documents.values())
        replies = words("replies.refusals")
        self.fixed = numbers("\n".join(replies.values())) | {
            ("", Decimal(n)) for n in (LONGEST_QUESTION, *range(1, parts + 1))
        }
        self._names = names

    def without_names(self, text: str, said: str, cited: Iterable[str]) -> str:
        """The text without names and known days, and what it echoes of the asker.

        Names are those of texts, rules and of the clauses cited.
        """
        names = set(self._names)
        for clause in map(self.library.clause, cited):
            names |= {clause.label, clause.label.rstrip("、.．"), *clause.headings}
        for name in sorted(filter(None, names), key=len, reverse=True):
            text = text.replace(name, " ")
        asked = _folded(said)
        text = re.sub(
            "“([^”]*)”", lambda m: " " if _folded(m[1]) in asked else m[0], text
        )
        return DATE.sub(lambda m: " " if _day(m) in self.days else m[0], text)


def _worked(text: str, known: set[Number]) -> set[Decimal]:
    """The counts known, and those that a working shown in the text makes of them."""
    plain = {v for kind, v in known if not kind and v < 10**6}
    for left, right in WORKING.findall(text) * 2:  # a total may stand before its parts
        numbers = [Decimal(n) for n in FIGURE.findall(left)]
        signs = SIGN.findall(left)
        if all(_follows(n, plain) for n in numbers):
            value = numbers[0]
            for sign, number in zip(signs, numbers[1:], strict=True):
                value = SIGNS[sign](value, number)
            plain |= {value} if value == Decimal(right) else set()
    return plain


def _follows(value: Decimal, known: set[Decimal]) -> bool:
    """Whether a count is known, or one known rounded up, or a product of two."""
    return value in known or any(
        (a * b).to_integral_value(ROUND_CEILING) == value
        for a in known
        for b in known | {Decimal(1)}
    )


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:  # 2月30日
        return None


def said_numbers(said: str) -> set[Number]:
    """The asker's numbers as written, and as the readers of numbers take them."""
    found = numbers(said)
    for mention in read_money(said):
        match mention:
            case Sum(yuan=yuan):
                found.add(("元", _plain(yuan)))
            case Range(low=low, high=high):
                found |= {("元", _plain(low)), ("元", _plain(high))}
            case Bare(number=number) | Foreign(number=number):
                found |= {("元", _plain(number)), ("元", _plain(number * 10**4))}
    found |= {("", _plain(c.number)) for c in read_counts(said)}
    return found | {("%", _plain(s.rate * 100)) for s in read_shares(said)}


def _values(values: Iterable[str]) -> set[Number]:
    """Sums of a figure, in whatever kind they are shown."""
    found: set[Number] = set()
    for value in values:
        if re.fullmatch(r"-?\d+(?:\.\d+)?", value):
            number = Decimal(value)
            found |= {("元", _plain(number)), ("", _plain(number))}
            found.add(("%", _plain(number * 100)))
    return found


def _plain(value: Decimal) -> Decimal:
    return value.normalize()


def _folded(text: str) -> str:
    """Half-width and simplified, thousands not set apart."""
    text = re.sub("[\ud800-\udfff]", "\ufffd", text)  # OpenCC takes none of these
    plain = unicodedata.normalize("NFKC", simplified(text)).lower()
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", plain)
