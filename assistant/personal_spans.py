"""Where personal numbers and addresses stand in a text, and of what kind they are.

Every step is linear in the length of the text: all quantifiers are bounded.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from assistant.personal_numbers import (
    HOTLINE,
    LONGEST,
    Kind,
    is_credit_code,
    kind_of_number,
)
from index.yaml_files import load_yaml

WORDS = Path(__file__).with_name("privacy.yaml")
CONTEXT = 24  # characters before a number that may say what it is
MOST_GROUPS, SPELLED = 6, 11  # or eleven, digit by digit
SPOKEN = 11  # Chinese numerals in a row; fewer are a year or a sum
FEWEST = 7  # digits of a local telephone number
INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
DASHES = frozenset("‐‑‒–—―−－﹣_·•・")
GROUP = re.compile("[0-9]+")
BETWEEN = re.compile(" {0,2}[-.)]? {0,2}")
LOCAL = "[a-z0-9._%+-]"
DOMAIN = "[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?"
EMAIL = re.compile(rf"(?P<local>{LOCAL}{{1,64}}) ?@ ?(?P<domain>{DOMAIN})")
CODE_BEGINS = re.compile("(?<![0-9a-z])[0-9a-z]|(?<=[a-z])[1-9]")
CODE = re.compile("[1-9any](?:[ -]?[0-9a-z]){17}(?![0-9a-z])")
NAMED_CODE = re.compile("[0-9a-z]{15,20}(?![0-9a-z])")
FRACTION = re.compile("(?<![0-9])0[.]$")
DECIMALS = re.compile("[.][0-9]{1,4}(?![0-9.])")

NAMED: dict[Kind, tuple[int, int]] = {  # how many digits may be called so
    "phone": (7, 12),
    "identity": (15, 18),
    "card": (12, 21),
}

Span = tuple[int, int, Kind]


@dataclass(frozen=True, slots=True)
class _Words:
    """privacy.yaml, compiled."""

    after: re.Pattern[str]
    before: re.Pattern[str]
    range_: re.Pattern[str]
    extension: re.Pattern[str]
    cues: dict[str, re.Pattern[str]]
    spoken: re.Pattern[str]
    digits: dict[int, int]


@cache
def _words() -> _Words:
    rows: dict[str, Any] = load_yaml(WORDS)
    return _Words(
        after=re.compile("|".join(rows["money_after"])),
        before=re.compile("|".join(rows["money_before"])),
        range_=re.compile(rows["range"]),
        extension=re.compile(rows["extension"]),
        cues={name: re.compile(cue) for name, cue in rows["cues"].items()},
        spoken=re.compile(f"[{rows['digits']}]{{{SPOKEN},}}"),
        digits=str.maketrans(rows["digits"], rows["values"]),
    )


def folded(text: str) -> str:
    """Half-width, lower case, one kind of space and dash; the same length."""
    plain = "".join(map(_fold, text))
    words = _words()
    return words.spoken.sub(lambda m: m.group().translate(words.digits), plain)


def _fold(char: str) -> str:
    if " " < char < "\x7f":
        return char.lower()
    if "！" <= char <= "～":
        return _fold(chr(ord(char) - 0xFEE0))
    if char == "￥":
        return "¥"
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if char in DASHES:
        return "-"
    blank = char in INVISIBLE or (char.isspace() and char not in "\r\n")
    return " " if blank else char


def emails(plain: str) -> Iterator[Span]:
    """E-mail addresses in a folded text."""
    for found in EMAIL.finditer(plain):
        local, domain = found["local"], found["domain"]
        letters = re.search("[a-z]", local + domain)
        if re.search("[.][a-z]{2}", domain) or (letters and len(domain) > 1):
            yield found.start(), found.end(), "email"


def codes(plain: str) -> Iterator[Span]:
    """Unified social credit codes in a folded text; also any code called so."""
    position = 0
    while begins := CODE_BEGINS.search(plain, position):
        start = begins.start()
        end = _code_end(plain, start)
        if end:
            yield start, end, "credit_code"
        position = end or start + 1


def _code_end(plain: str, start: int) -> int | None:
    """Where the code ends that starts here, None where none does."""
    before = plain[max(0, start - CONTEXT) : start]
    found = CODE.match(plain, start)
    code = re.sub("[ -]", "", found.group()) if found else ""
    if found and is_credit_code(code):
        return None if _ends_as_sum(plain, before, found) else found.end()
    if not _words().cues["credit_code"].search(before):
        return None
    called = NAMED_CODE.match(plain, start)
    return called.end() if called else None


def _ends_as_sum(plain: str, before: str, found: re.Match[str]) -> bool:
    """Whether what has a code's shape is a sum: 314100000000000rmb."""
    digits = GROUP.match(plain, found.start())
    end = digits.end() if digits else found.end()
    if found.end() - end == 1:  # the check character, which may be a w or a k
        return False
    return _is_sum(plain, before, end, named=end < found.end())


def numbers(plain: str) -> Iterator[Span]:
    """Telephone, identity and card numbers in a folded text; sums of money are none."""
    groups = [match.span() for match in GROUP.finditer(plain)]
    i = 0
    while i < len(groups):
        ends = _windows(plain, groups, i)
        found = (_read(plain, groups[i:j]) for j in reversed(ends))
        spans = zip(reversed(ends), found, strict=True)
        j, span = next(((j, s) for j, s in spans if s), (i + 1, None))
        if span:
            yield span
        i = j


def _windows(plain: str, groups: Sequence[tuple[int, int]], first: int) -> list[int]:
    """Up to which group a number may go on that begins with the group `first`."""
    ends = [first + 1]
    digits = groups[first][1] - groups[first][0]
    for j in range(first + 1, min(first + SPELLED + 1, len(groups))):
        start, end = groups[j]
        digits += end - start
        between = BETWEEN.fullmatch(plain, groups[j - 1][1], start)
        if digits > LONGEST or not between:
            break
        ends.append(j + 1)
    return ends


def _read(plain: str, groups: Sequence[tuple[int, int]]) -> Span | None:
    """The span of a number and its kind, None for a sum and whatever is no number."""
    if len(groups) > MOST_GROUPS and len(groups) != SPELLED:
        return None
    start, end = groups[0][0], groups[-1][1]
    said = [plain[s:e] for s, e in groups]
    if sum(map(len, said)) < FEWEST:
        return None
    gaps = [plain[a[1] : b[0]] for a, b in pairwise(groups)]
    if sum(map(len, said)) == 17 and re.match("x(?![0-9a-z])", plain[end : end + 2]):
        said[-1], end = said[-1] + "x", end + 1
    before = plain[max(0, start - CONTEXT) : start]
    kind = kind_of_number(said, [_separator(g) for g in gaps])
    named = _named(said, before)
    if named in ("identity", "card"):
        kind = named
    if not (kind or named) or _is_sum(plain, before, end, named=bool(named)):
        return None
    if len(groups) == 1 and (DECIMALS.match(plain, end) or FRACTION.search(before)):
        return None
    if kind in ("phone", "mobile") and (more := _words().extension.match(plain, end)):
        end = more.end()
    return _opening(plain, start, end), end, kind or named or "phone"


def _separator(gap: str) -> str:
    return "." if "." in gap else "-" if gap.strip() else " "


def _named(said: Sequence[str], before: str) -> Kind | None:
    """What a number of no known shape is called by the words before it."""
    digits, shortest = "".join(said), min(map(len, said))
    for kind, (least, most) in NAMED.items():
        fits = least <= len(digits) <= most and shortest > 2
        if fits and _words().cues[kind].search(before):
            return None if digits.endswith("0000") or HOTLINE in said else kind
    return None


def _is_sum(plain: str, before: str, end: int, *, named: bool) -> bool:
    """Whether a number is money by the words that touch it."""
    to = _words().range_.match(plain, end)
    if _words().after.match(plain, end):
        return True
    if to and _words().after.match(plain, to.end()):
        return True
    return not named and bool(_words().before.search(before))


def _opening(plain: str, start: int, end: int) -> int:
    """Where the span begins with its + and the bracket that closes within it."""
    if plain[start - 1 : start] == "+":
        start -= 1
    closes = ")" in plain[start:end] and "(" not in plain[start:end]
    return start - 1 if closes and plain[start - 1 : start] == "(" else start
