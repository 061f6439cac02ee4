"""Days as people say them, resolved against the day of the question."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from assistant.money import folded

RELATIVE = {"今": 0, "去": -1, "前": -2, "明": 1, "后": 2}
CHINESE = {c: n for n, c in enumerate("〇一二三四五六七八九十", 0)} | {
    "十一": 11,
    "十二": 12,
}
QUARTER = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
DAY = re.compile(
    r"(?:(?P<y>\d{4}|\d{2}(?=年))[年\-/.]|(?P<r>[今去前明后])年|(?P<same>当年))?\s?(?:"
    r"(?:(?P<m>1[0-2]|0?[1-9]|十[一二]|[一二三四五六七八九十])(?:月份?|[\-/.](?=\d))(?:(?P<d>3[01]|[12]\d|0?[1-9])(?:[日号])?|(?P<end>底|末))?)"
    r"|(?:(?:第)?(?P<q>[一二三四1234])季度|q(?P<q2>[1-4]))"
    r"|(?P<h>[上下])半年|(?P<ye>年底|年末|(?<=年)[底末])|(?P<nyd>元旦))"
    r"|(?P<y2>20\d{2})年(?:度)?|(?P<r2>[今去前明后])年"
    r"|(?P<bare>3[01]|[12]\d|[1-9])[日号](?!文|公|线)|(?P<rm>上个?|这个?|本|下个?)月"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, month, quarter or year said: the span from `first` to `last`."""

    text: str
    start: int
    end: int
    first: date
    last: date


def read_days(text: str, as_of: date) -> tuple[Day, ...]:
    """The days in a text, in their order; a year once said holds for those after it."""
    plain = folded(text)
    found: list[Day] = []
    year, month = as_of.year, as_of.month
    for m in DAY.finditer(plain):
        if not m.group().strip():
            continue
        year = _year(m, as_of, year)
        span = _span(m, year, month, as_of)
        if span is None:
            continue
        month = span[0].month
        found.append(Day(text[m.start() : m.end()], m.start(), m.end(), *span))
    return tuple(found)


def _year(m: re.Match[str], as_of: date, year: int) -> int:
    said = m["y"] or m["y2"]
    if said:
        return int(said) if len(said) == 4 else 2000 + int(said)
    relative = m["r"] or m["r2"]
    return as_of.year + RELATIVE[relative] if relative else year


def _span(
    m: re.Match[str], year: int, month: int, as_of: date
) -> tuple[date, date] | None:
    if m["m"]:
        number = int(m["m"]) if m["m"].isdigit() else CHINESE[m["m"]]
        return _month(year, number, m["d"], bool(m["end"]))
    if quarter := m["q"] or m["q2"]:
        first = 3 * QUARTER[quarter] - 2
        return date(year, first, 1), _month_end(year, first + 2)
    if m["h"]:
        first = 1 if m["h"] == "上" else 7
        return date(year, first, 1), _month_end(year, first + 5)
    if m["ye"]:
        return date(year, 12, 31), date(year, 12, 31)
    if m["nyd"]:
        return date(year, 1, 1), date(year, 1, 1)
    if m["bare"]:
        return _month(year, month, m["bare"], False)
    if m["rm"]:
        back = {"上": 1, "下": -1}.get(m["rm"][0], 0)
        index = as_of.year * 12 + as_of.month - 1 - back
        return date(index // 12, index % 12 + 1, 1), _month_end(
            index // 12, index % 12 + 1
        )
    if m["y2"] or m["r2"]:
        return date(year, 1, 1), date(year, 12, 31)
    return None


def _month(
    year: int, month: int, day: str | None, end: bool
) -> tuple[date, date] | None:
    if month < 1 or month > 12:
        return None
    last = _month_end(year, month)
    if end:
        return last, last
    if day is None:
        return date(year, month, 1), last
    if int(day) > last.day:
        return None
    return date(year, month, int(day)), date(year, month, int(day))


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
