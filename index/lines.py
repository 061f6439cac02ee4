"""Lines that a converter broke are joined again; white space is part of the record."""

import re

from index.clean import CJK
from index.markers import REFERENCE, SENTENCE_END
from index.text import Edit, Text

COMMA = re.compile("[，、；：。]")
OPENS = re.compile(
    r"\s*(?:[（(]?[\d一二三四五六七八九十]{1,3}[）)、.．]"
    rf"|第.{{1,5}}条(?!{REFERENCE.pattern})|附件)"
)
# A date or 附件 1 has its line to itself.
ALONE = re.compile(
    r"\s*(?:\d{4}年\d{1,2}月\d{1,2}日|附\s*[件表录]\s*[\d一二三四五]*[:：]?)\s*$"
)
BREAK = re.compile(r"[ \t\u3000\r]*\n\s*")
# Blanks that a converter sets between Chinese and digits: 在 2022 年 2 月.
CHINESE = f"[{CJK}，。、；：（）《》“”]"
BLANK = re.compile(rf"(?<={CHINESE})[ \t\u3000\xa0]+|[ \t\u3000\xa0]+(?={CHINESE})")
# A line at least this long that ends in mid-sentence was broken by the page.
LONG_LINE = 20


def joined(text: Text, first_line_is_heading: bool = False) -> Text:
    """The text with broken lines joined and blanks inside Chinese removed.

    A line break stays where a sentence or a heading ends.
    """
    value = text.value
    edits: list[Edit] = []
    begin = len(value) - len(value.lstrip())
    if begin:
        edits.append(Edit(0, begin, "", "layout"))
    last = len(value.rstrip())
    line_start, first = begin, True
    for m in BREAK.finditer(value, begin, last):
        line = value[line_start : m.start()]
        rest = value[m.end() : value.find("\n", m.end()) % (len(value) + 1)]
        keep_heading = first and first_line_is_heading and len(line) <= 30
        keep = keep_heading or not _broken(line, rest, m[0].count("\n") > 1)
        edits.append(Edit(*m.span(), "\n" if keep else "", "layout"))
        line_start, first = m.end(), False
    if begin < last < len(value):
        edits.append(Edit(last, len(value), "", "layout"))
    return _without_blanks(
        text.edit(e for e in edits if e.new != value[e.start : e.end])
    )


def _without_blanks(text: Text) -> Text:
    return text.edit(Edit(*m.span(), "", "layout") for m in BLANK.finditer(text.value))


def _broken(line: str, rest: str, blank_between: bool) -> bool:
    """Whether a line ends in mid-sentence and the next one goes on with it."""
    if SENTENCE_END.search(line) or ALONE.match(line) or ALONE.match(rest):
        return False
    if OPENS.match(rest):
        return False
    if min(len(line.strip()), len(rest.strip())) <= 2:
        return True
    if blank_between and not COMMA.search(line):  # a title above its text
        return False
    return len(line.strip()) >= LONG_LINE
