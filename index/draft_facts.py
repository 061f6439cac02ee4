"""What a text says of itself: title, number, issuer, place, dates, validity."""

import re
from calendar import isleap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from index.clauses import Section
from index.sentences import sentences

KINDS = (
    "条例|办法|规定|措施|方案|意见|通知|细则|决定|规则|解释|公告|公报|计划|规划|指南|决议|批复"
    "|法|征求意见稿|试行|暂行"
)
TITLE = re.compile(
    rf"[#\s]*([^。；，：]{{2,80}}?(?:{KINDS})(?:[（(][^（）()]+[）)])*)\s*$"
)
ISSUED_WITH = re.compile(
    r"《([^《》]*(?:《[^》]*》)?[^《》]*)》.{0,30}(?:现|特此)?印发"
)
NUMBER = re.compile(r"[一-鿿]{1,10}[〔\[（(]\d{4}[〕\]）)]\s*\d{1,4}\s*号")
ORGAN = re.compile(
    r"[一-鿿、]{2,30}(?:人民政府(?:办公[厅室])?|委员会(?:办公室)?|[^政]府办公[厅室]|厅|局|部|法院|检察院)"
)
PROVINCE = r"(?:[^\W\d_]{2,6}?自治区|[^\W\d_]{2,3}?省|北京市|上海市|天津市|重庆市)"
PLACE = re.compile(
    rf"({PROVINCE})?([^\W\d_]{{2,4}}?市)?([^\W\d_]{{1,4}}?(?<![社小园灾])[区县])?"
)
DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
UNTIL = re.compile(
    r"有效期(?:限)?(?:截?至|到)(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})日|底)?|年?底|末)"
)
YEARS = re.compile(r"有效期(?:限)?为?\s*([\d一二两三四五六七八九十]+)\s*年")
BEGINS = re.compile(r"自(?:(\d{4})年(\d{1,2})月(\d{1,2})日|(公布|印发|发布)之日)起")
# Of the text itself, not of a measure in it.
OWN = re.compile(r"^本|起(?:施行|实施|执行)")
LAST_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Facts:
    """What could be found; None where the text does not settle it."""

    id: str
    title: str | None
    short: str | None
    number: str | None
    issuer: str | None
    place: tuple[str, ...] | None
    issued: date | None
    valid_from: date | None
    valid_until: date | None
    validity_quote: str | None
    draft: bool
    years: str | None  # 有效期3年: the last day is for a person to compute


def facts_of(stem: str, found: tuple[Section, ...]) -> Facts:
    """The facts of the main text, from its front matter and its last clauses."""
    preface = found[0].text.value if found[0].kind == "preface" else ""
    lines = [line.strip(" #\t") for line in preface.splitlines() if line.strip(" #")]
    ends = [*lines, *found[-1].text.value.splitlines()]
    title, issuer = _title(preface, lines)
    issuer = issuer or _signature(ends)
    issued = _issued(ends)
    quote, until, years = _validity(found)
    head = f"{title}\n{preface[:200]}"
    return Facts(
        id=_id(stem, title),
        title=title,
        short=_short(title),
        number=next((n for n in lines if NUMBER.fullmatch(n)), None),
        issuer=issuer,
        place=_place(title, issuer),
        issued=issued,
        valid_from=_begins(found, issued),
        valid_until=until,
        validity_quote=quote,
        draft="征求意见" in head,
        years=years,
    )


def _title(preface: str, lines: list[str]) -> tuple[str | None, str | None]:
    """The title, and the issuer where it stands on the line above."""
    if m := ISSUED_WITH.search(preface):
        return m[1], None
    if preface.startswith("#"):  # Markdown says so itself
        return lines[0], None
    for i, line in enumerate(lines[:8]):
        rest = lines[i + 1] if i + 1 < len(lines) else ""
        if ORGAN.fullmatch(line) and rest.startswith("关于") and TITLE.match(rest):
            return line + rest, line
        if TITLE.fullmatch(line) and not NUMBER.fullmatch(line):
            remark = rest if re.fullmatch(r"[（(][^（）()]{2,20}[）)]", rest) else ""
            return line + remark, None
    return None, None


def _signature(lines: list[str]) -> str | None:
    """The organ on the line above the date."""
    for above, line in pairwise(lines):
        if DAY.fullmatch(line) and ORGAN.fullmatch(above):
            return above
    return None


def _issued(lines: Iterable[str]) -> date | None:
    """The date that has a line to itself, if there is exactly one."""
    days = {d for line in lines if (m := DAY.fullmatch(line)) and (d := _day(m))}
    return days.pop() if len(days) == 1 else None


def _day(m: re.Match[str]) -> date | None:
    try:
        return date(int(m[1]), int(m[2]), int(m[3]))
    except ValueError:
        return None


def _validity(
    found: tuple[Section, ...],
) -> tuple[str | None, date | None, str | None]:
    """The sentence on the text's own validity, its last day, or its years."""
    for section in found:
        for sentence in sentences(section.text):
            if not OWN.search(sentence.text):
                continue
            if m := UNTIL.search(sentence.text):
                return sentence.text, _last_day(m), None
            if m := YEARS.search(sentence.text):
                return sentence.text, None, m[1]
    return None, None, None


def _last_day(m: re.Match[str]) -> date:
    year, month = int(m[1]), int(m[2] or 12)
    leap = month == 2 and isleap(year)
    return date(year, month, int(m[3] or LAST_DAYS[month - 1] + leap))


def _begins(found: tuple[Section, ...], issued: date | None) -> date | None:
    for section in found:
        for sentence in sentences(section.text):
            m = BEGINS.search(sentence.text)
            if m and OWN.search(sentence.text):
                return issued if m[4] else _day(m)
    return None


def _place(*sources: str | None) -> tuple[str, ...] | None:
    """省、市、区县 as the title or the issuer names them; None if neither does."""
    for source in sources:
        m = PLACE.match(source or "")
        if m and (names := tuple(name for name in m.groups() if name)):
            return names
    return None


def _short(title: str | None) -> str | None:
    if title is None:
        return None
    short = re.sub(r"^.*?关于|的(?:通知|公告|决定)$|[（(][^（）()]*[）)]$", "", title)
    return short or title


def _id(stem: str, title: str | None) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")
    short = re.sub(r"[\s#/|]", "", _short(title) or stem)
    return plain if re.search(r"[a-z]{2}|[a-z]\d", plain) else short
