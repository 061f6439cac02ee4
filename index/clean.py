"""Repairs of a raw text: each is recorded, and what is unclear is reported, not guessed.

The passes run in the order of `clean`. A repair that cannot be derived from the text
itself (double-byte shifts, a foreign word in a sentence) stands in `repairs.yaml`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from opencc import OpenCC
from pydantic import BaseModel, ConfigDict

from index.text import Edit, Text

REPAIRS = Path(__file__).with_name("repairs.yaml")

CJK = "㐀-䶿一-鿿豈-﫿"
TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
# 業(yè): a syllable with its tone, in parentheses right after the character it reads.
PINYIN = re.compile(rf"(?<=[{CJK}])\((?=[a-zü]*[{TONED}])[a-zü{TONED}]{{1,6}}\)")
MARKUP = re.compile(r"\*\*|(?<=\n)- (?=附件)")
WIDE = str.maketrans(",;:!?()", "，；：！？（）")
# Half-width punctuation is widened only where it touches Chinese on either side.
NARROW = re.compile(rf"(?<=[{CJK}”》）〕])[,;:!?()]|[,;:!?()](?=[{CJK}“《（〔])")
PAIR = re.compile(r"\(([^()（）\n]{0,60})[)）]|（([^()（）\n]{0,60})\)")
# 精神 and 省委: a converter's English for 和.
FOREIGN_AND = re.compile(rf"(?<=[{CJK}])[ \t]+and[ \t]+(?=[{CJK}])")
# The end of a page printed again at the head of the next one: 后顾之忧。⏎⏎忧。（责任单位
REPEATED = re.compile(rf"([{CJK}]{{1,8}}[。；])(\s*\n\s*)\1")
# A text is taken for traditional when this share of its characters would change.
TRADITIONAL_SHARE = 0.02

GARBLE = re.compile(
    rf"[\ufffd\ue000-\uf8ff]|锟斤拷|烫烫烫|(?<=[{CJK})])\?(?=[{CJK}a-z{TONED}?])"
    rf"|\([a-zü]*[{TONED}][a-zü]*\)|[{TONED}]+\)|(?<=[{CJK}])[∑ΦΩ^@>＞＠](?=[{CJK}])"
    rf"|(?<=[{CJK}])[A-Za-z]\("
)


class Repair(BaseModel):
    """A known fault of a source: `raw` is always read as `corrected`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    raw: str
    corrected: str
    kind: str
    reason: str
    traditional: str = ""  # what stood there before a double-byte shift
    syllable: str = ""  # the reading whose insertion caused the shift


@dataclass(frozen=True, slots=True)
class Garble:
    """A place that looks damaged and that no known repair explains."""

    start: int  # in the raw file
    text: str  # with a little context


@cache
def repairs() -> tuple[Repair, ...]:
    """The known repairs, longest first so that a short one never splits a long one."""
    rows = yaml.safe_load(REPAIRS.read_text("utf-8"))
    return tuple(sorted((Repair(**r) for r in rows), key=lambda r: -len(r.raw)))


def clean(text: Text) -> Text:
    """The text with every repair made and recorded; white space is left alone."""
    text = text.edit(_known(text.value))
    text = text.edit(Edit(*m.span(), "", "pinyin") for m in PINYIN.finditer(text.value))
    text = text.edit(_simplified(text.value))
    text = text.edit(Edit(*m.span(), "", "markup") for m in MARKUP.finditer(text.value))
    text = text.edit(
        Edit(*m.span(), "和", "word") for m in FOREIGN_AND.finditer(text.value)
    )
    text = text.edit(_repeated(text.value))
    return text.edit(_widened(text.value))


def garble(text: Text) -> list[Garble]:
    """Places in a cleaned text that still look damaged."""
    value = text.value
    found = [m.span() for m in GARBLE.finditer(value)]
    found += [(i, i + 1) for i, c in enumerate(value) if _odd(c)]
    return [
        Garble(text.starts[a], value[max(0, a - 6) : b + 6].replace("\n", " "))
        for a, b in sorted(found)
    ]


def simplified(value: str) -> str:
    """`value` in simplified characters, of the same length."""
    converted = _to_simplified().convert(value)
    if len(converted) == len(value):
        return converted
    return "".join(
        c if len(s := _to_simplified().convert(c)) != 1 else s for c in value
    )


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("tw2s")  # t2s leaves 著力, 隨著 as they are


def _known(value: str) -> list[Edit]:
    pattern = "|".join(re.escape(r.raw) for r in repairs())
    by_raw = {r.raw: r for r in repairs()}
    found = ((m.span(), by_raw[m[0]]) for m in re.finditer(pattern, value))
    return [Edit(*span, r.corrected, r.kind) for span, r in found]


def _simplified(value: str) -> list[Edit]:
    converted = simplified(value)
    pairs = enumerate(zip(value, converted, strict=True))
    edits = [Edit(i, i + 1, b, "traditional") for i, (a, b) in pairs if a != b]
    return edits if len(edits) > TRADITIONAL_SHARE * len(value) else []


def _repeated(value: str) -> Iterator[Edit]:
    for m in REPEATED.finditer(value):
        yield Edit(m.end(2), m.end(), "", "repeated")


def _widened(value: str) -> Iterator[Edit]:
    """Half-width punctuation in Chinese, and the other half of a bracket pair."""
    places = {m.start() for m in NARROW.finditer(value)}
    for m in PAIR.finditer(value):
        first, last = m.start(), m.end() - 1
        if first in places or last in places or value[first] + value[last] != "()":
            places |= {i for i in (first, last) if value[i] in "()"}
    for at in sorted(places):
        yield Edit(at, at + 1, value[at].translate(WIDE), "width")


def _odd(char: str) -> bool:
    """A Chinese character outside everyday use, as byte shifts leave them behind."""
    if unicodedata.category(char) != "Lo" or char < "㐀":
        return False
    try:
        return len(char.encode("gb2312")) != 2
    except UnicodeEncodeError:
        return True
