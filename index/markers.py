"""Lines that begin like a numbered clause, before their sequence is judged.

Families, as printed at the head of a line: 第X编/章/节 (division), 第X条 (article),
一、 (cn), （一） (paren), 1. (digit).
"""

import re
from dataclasses import dataclass

from index.numerals import NUMERAL, to_int

LEAD = r"^[#\s\u3000>*-]*"
FAMILIES = {
    "division": re.compile(
        rf"{LEAD}(第({NUMERAL}|\d+)(分编|编|章|节|部分))(?=[^。；：\n]{{0,60}}$)"
    ),
    "article": re.compile(
        rf"{LEAD}(第[ \u3000]?({NUMERAL}|\d+)[ \u3000]?条(?:之({NUMERAL}))?)[\s\u3000]*"
    ),
    "cn": re.compile(rf"{LEAD}(({NUMERAL})、)"),
    "paren": re.compile(rf"{LEAD}([（(]({NUMERAL})[）)][、.．]?)\s*"),
    "digit": re.compile(rf"{LEAD}((\d{{1,3}})[.．、])(?!\d)\s*"),
}
# 第三条规定的…, 第五条、第六条…: a reference that a wrapped line happens to begin with.
REFERENCE = re.compile(
    r"第.{1,3}[款项]|规定|所列|所称|所述|之规定|执行|办理|[、，]|的|修改|删去"
    r"|[至和或及与](?=[本第该《〈“其])|或者|以及|中(?=[的，、规所“])"
)
# 二、三等奖, 二、三、四级 and （一）、（二）项 go on with a list, they open none.
LISTED = re.compile(rf"({NUMERAL})(?:、|等奖)")
LISTED_ITEM = re.compile(rf"[、至和]?[（(]{NUMERAL}[）)]|第?.{{0,2}}项")
SENTENCE_END = re.compile(r"[。；：！？”）)］】」』;:!?.]\s*$")
CONTENTS = re.compile(r"^[#\s\u3000]*目\s*[录次]\s*$", re.M)
LEADERS = re.compile(r"[\s.…·\d]+$|\s")
# A text whose longest line is this short was broken into lines of one width.
NARROW_PAGE = (20, 60)


@dataclass(frozen=True, slots=True)
class Marker:
    """A line that opens a clause or a division."""

    family: str
    number: int
    suffix: int  # the 1 of 第十条之一, else 0
    printed: str  # 三、 / （一） / 1. / 第三条
    start: int  # of the line, in the text
    body: int  # of the first character after the number
    depth: int = 0  # how many levels of the outline or of the divisions lie above
    part: str = ""  # where a text starts again at 一、 or 第一条: 第二部分


def candidates(value: str) -> list[Marker]:
    """Every line that begins like a marker and not like a reference, in order."""
    lines = value.splitlines(keepends=True)
    page = max((len(line.rstrip()) for line in lines), default=0)
    narrow = NARROW_PAGE[0] <= page <= NARROW_PAGE[1]
    found: list[Marker] = []
    at, before = 0, ""
    for line in lines:
        full = len(before.rstrip()) >= page - 3 and not SENTENCE_END.search(before)
        if not (narrow and full) and (marker := _marker(line, at)):
            found.append(marker)
        at, before = at + len(line), line
    return _without_contents(value, found)


def title_of(value: str, marker: Marker) -> str:
    """The rest of the marker's line."""
    stop = value.find("\n", marker.body)
    return value[marker.body : stop if stop >= 0 else len(value)].strip()


def _marker(line: str, at: int) -> Marker | None:
    line = line.rstrip("\r\n")
    for family, pattern in FAMILIES.items():
        if m := pattern.match(line):
            rest = line[m.end() :]
            number = to_int(m[2])
            spaced = not rest or line[m.end() - 1].isspace() or rest[0].isspace()
            if family in ("division", "article"):
                refers = REFERENCE.match(rest) and not spaced
            elif family == "cn":
                listed = LISTED.match(rest)
                refers = listed and to_int(listed[1]) == number + 1
            else:
                refers = family == "paren" and LISTED_ITEM.match(rest)
            suffix = to_int(m[3]) if family == "article" and m[3] else 0
            printed = re.sub(r"\s", "", m[1])
            body = at + m.end()
            return None if refers else Marker(family, number, suffix, printed, at, body)
    return None


def _without_contents(value: str, found: list[Marker]) -> list[Marker]:
    """The markers less those of a table of contents: lines that come again below."""
    heading = CONTENTS.search(value)
    if not heading:
        return found
    listed = [i for i, m in enumerate(found) if m.start > heading.end()]
    if not listed:
        return found
    first, rest = listed[0], listed[1:]
    title = LEADERS.sub("", title_of(value, found[first]))
    for i in rest:
        same = found[i].printed == found[first].printed
        if same and LEADERS.sub("", title_of(value, found[i])).startswith(title):
            return found[:first] + found[i:]
    return found
