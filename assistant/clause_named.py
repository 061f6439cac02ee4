"""Clauses that a question calls by their number: 第十六条, 附件3的三（三）."""

import re
from collections.abc import Sequence

from assistant.question import Request, patterns
from index.documents import PolicyDocument
from index.library import Library
from index.numerals import NUMERAL, to_chinese, to_int

ARTICLE = re.compile(rf"第({NUMERAL}|\d{{1,3}})条")
POINT = re.compile(
    rf"(?<![第件\da-z零一二三四五六七八九十百])({NUMERAL})\(({NUMERAL})\)(\d{{1,2}})?"
)
ANNEX = re.compile(rf"附件({NUMERAL}|\d)")
MOST_ARTICLES = 99


def asks_for_clause(request: Request) -> bool:
    """Whether a question wants what stands in a clause that it calls by number."""
    text = request.text
    numbered = ARTICLE.search(text) or POINT.search(text)
    ways = patterns()
    asked = ways["original"].search(text) or ways["content"].search(text)
    asked = asked or ways["says"].search(text)
    return bool(numbered and (asked or request.wants_units))


def clauses_named(
    request: Request, library: Library, texts: Sequence[PolicyDocument]
) -> tuple[list[PolicyDocument], list[str]]:
    """The texts or their annexes, and the ids of the clauses that are named."""
    documents = _annexes(request.text, texts, library)
    numbers = _numbers(request.text)
    ids = [f"{d.id}#{n}" for d in documents for n in numbers]
    return documents, [id_ for id_ in ids if id_ in library.row]


def _annexes(
    text: str, documents: Sequence[PolicyDocument], library: Library
) -> list[PolicyDocument]:
    """The annexes of the texts that are called by number; else the texts."""
    called = [f"附件{to_int(m[1])}" for m in ANNEX.finditer(text)]
    roots = [d.parent or d.id for d in documents]
    annexes = [f"{root}/{name}" for root in roots for name in called]
    found = [library.documents[a] for a in annexes if a in library.documents]
    return list(dict.fromkeys(found or documents))


def _numbers(text: str) -> list[str]:
    """The numbers as clause ids have them: 第十六条 or 十六; 三（一）1."""
    found: list[str] = []
    for match in ARTICLE.finditer(text):
        number = to_int(match[1])
        if 0 < number <= MOST_ARTICLES:
            found += [f"第{to_chinese(number)}条", to_chinese(number)]
    found += [f"{m[1]}（{m[2]}）{m[3] or ''}" for m in POINT.finditer(text)]
    return found
