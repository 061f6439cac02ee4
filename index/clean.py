"""Repairs of a raw text, each recorded; what is unclear is reported, not guessed.

The passes run in the order of `clean`. A repair that cannot be derived from the text
itself (double-byte shifts, a foreign word in a sentence) stands in `repairs.yaml`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Set
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
# The end of a page printed again at the head of the next: 后顾之忧。⏎⏎忧。（责任
REPEATED = re.compile(rf"([{CJK}]{{1,8}}[。；])(\s*\n\s*)\1(?=\S)")
# A text is taken for traditional when this share of its characters would change.
TRADITIONAL_SHARE = 0.02

HALF = re.compile(r"[０-９Ａ-Ｚａ-ｚ％]+|(?<=[0-9０-９])．(?=[0-9０-９])")

GARBLE = re.compile(
    # What no text holds: replacement signs, private use, control characters.
    r"[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]"
    r"|锟斤拷|烫烫烫|屯屯屯|锘[縖挎]"
    # UTF-8 or GBK read as Latin-1: ä¸“ç²¾, ×¨¾«.
    r"|(?!×+(?![¡-¶¸-ÖØ-ÿ]))[¡-¶¸-ÿ]{4,}"
    # A syllable cut loose by a byte shift: qū), Y(jié).
    rf"|[a-zü{TONED}]*[{TONED}][a-zü]*[)）]"
    rf"|(?<=[{CJK}])[∑ΦΩ^@](?=[{CJK}])"
)
# A question mark stands for a lost character where nothing is asked.
LOST = re.compile(rf"(?<=[{CJK}])[?？]+(?=[{CJK}a-z])")
ASKS = re.compile(
    r"[吗呢么谁哪何怎几吧]|多[少大长高]|[是能可应需会]否|是不是|有没有|还是"
)
CLOSED = re.compile(rf"(?<=[{CJK}])[>＞](?=[{CJK}])")
STRAY = re.compile(rf"(?<=[{CJK}])[A-Za-z](?=[{CJK}])")
NEAR = 6
BETWEEN = re.compile(r"[，。、；：（）《》“”\s]")


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
    text = text.edit(_halved(text.value))
    return text.edit(_widened(text.value))


def garble(text: Text) -> list[Garble]:
    """Places in a cleaned text that still look damaged."""
    value = text.value
    found = {m.span() for m in GARBLE.finditer(value)}
    found |= {m.span() for m in LOST.finditer(value) if not _asked(value, m.start())}
    found |= {m.span() for m in CLOSED.finditer(value) if not _opened(value, m.end())}
    found |= {(i, i + 1) for i in _odd_together(value)}
    return [
        Garble(text.starts[a], value[max(0, a - NEAR) : b + NEAR].replace("\n", " "))
        for a, b in sorted(found)
    ]


def simplified(value: str) -> str:
    """`value` in simplified characters, of the same length."""
    convert = _to_simplified()
    converted = convert(value)
    if len(converted) == len(value):
        return converted
    return "".join(c if len(s := convert(c)) != 1 else s for c in value)


@cache
def _to_simplified() -> Callable[[str], str]:
    # t2s leaves 著力, 隨著 as they are.
    tw2s = OpenCC("tw2s")  # pyright: ignore[reportUnknownVariableType]
    return tw2s.convert  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]


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


def _halved(value: str) -> Iterator[Edit]:
    """Full-width digits and letters in their everyday form, of the same length."""
    for m in HALF.finditer(value):
        yield Edit(*m.span(), unicodedata.normalize("NFKC", m[0]), "width")


def _widened(value: str) -> Iterator[Edit]:
    """Half-width punctuation in Chinese, and the other half of a bracket pair."""
    places = {m.start() for m in NARROW.finditer(value)}
    for m in PAIR.finditer(value):
        first, last = m.start(), m.end() - 1
        if first in places or last in places or value[first] + value[last] != "()":
            places |= {i for i in (first, last) if value[i] in "()"}
    for at in sorted(places):
        yield Edit(at, at + 1, value[at].translate(WIDE), "width")


def _asked(value: str, at: int) -> bool:
    """Whether the sentence that a question mark ends asks something."""
    sentence = re.split(r"[。！？?；\n]", value[max(0, at - 80) : at])[-1]
    return bool(ASKS.search(sentence))


def _opened(value: str, end: int) -> bool:
    """Whether a > closes a title: <土地管理法>."""
    return bool(
        re.search(r"[<＜〈《][^<＜〈]{0,60}$", value[max(0, end - 61) : end - 1])
    )


def _odd_together(value: str) -> list[int]:
    """Rare characters side by side, as a byte shift leaves them.

    One alone is a name: 思贤滘, 瀍河.
    """
    present = _rare() & set(value)
    if not present:
        return []
    places = [m.start() for m in re.finditer(f"[{''.join(present)}]", value)]
    return [at for at in places if _odd_neighbours(value, at, present)]


def _odd_neighbours(value: str, at: int, rare: Set[str]) -> bool:
    left = BETWEEN.split(value[max(0, at - NEAR) : at])[-1]
    right = BETWEEN.split(value[at : at + NEAR + 1])[0]
    return len(rare & set(left + right)) > 1 or bool(STRAY.search(left + right))


@cache
def _rare() -> frozenset[str]:
    """Chinese characters outside GB 2312, the everyday ones."""
    return frozenset(c for c in map(chr, range(0x3400, 0xFB00)) if _is_rare(c))


def _is_rare(char: str) -> bool:
    if not re.match(f"[{CJK}]", char):
        return False
    try:
        return len(char.encode("gb2312")) != 2
    except UnicodeEncodeError:
        return True
