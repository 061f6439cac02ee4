"""Days as people say them, resolved against the day of the question.

Also what all readers of numbers start from: `folded` text and `value_of` a numeral.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from index.clean import simplified
from index.numerals import DIGITS, to_int
from index.numerals import UNITS as SMALL

LONGEST = 18  # characters; a longer number is a code
ARABIC = (
    r"(?:[0-9]{1,3}(?:,[0-9]{3})++(?![0-9])|[0-9]++)(?:\.[0-9]++)?+"
    r"(?:e[0-9]{1,2}(?![0-9a-z]))?"
)
CN = "零〇一二三四五六七八九两十百千廿"
BODY = (
    rf"零?{ARABIC}(?:[十百千](?!分[之点])(?:[{CN}]|(?<=[十百千])[0-9](?![0-9.,]))*+)?"
    rf"|(?:(?!(?<=[百千万][二三四五六七八九])一[个年月天])[{CN}])++"
    r"(?:点[零〇一二三四五六七八九]++(?![十百千]))?"
)
LED = re.compile(rf"零?({ARABIC})([十百千]?)")
WELL_FORMED = re.compile(
    "(?:[^零十百千]千)?(?:零?[^零十百千]百)?(?:零?[^零十百千]?十)?(?:零?[^零十百千])?"
)
PAIR = re.compile("一两|一二|两三|二三|三四|三五|四五|五六|六七|七八|八九")
FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
RELATIVE = {"今": 0, "本": 0, "去": -1, "上": -1, "前": -2, "明": 1, "后": 2}
MONTH = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]"
DATE = (
    r"3[01]|[12][0-9]|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九]"
)
TO = r"[到至\-~—]"
BREAK = r"[^\w]|$|[到至前后起]"
CALENDAR = re.compile(rf"(?:{MONTH})月|[底末初]|[上下]半年|第?[一二三四1-4]季")
DAY = re.compile(
    rf"(?<![0-9.])(?P<iso>(?:19|20)[0-9]{{2}})(?P<sep>[-/.])(?P<im>{MONTH})"
    rf"(?:(?P=sep)(?P<id>{DATE}))?(?![0-9])"
    r"|(?<![0-9.])(?P<y>(?:19|20)[0-9]{2})(?:年度?|(?=q[1-4])"
    rf"|(?={TO}(?:19|20)[0-9]{{2}}年))"
    r"|(?P<cy>[一二][零〇一二三四五六七八九]{3})年"
    rf"|(?<![0-9.])(?P<yy>[0-9]{{2}})年(?=(?:{MONTH})月|[底末]|[上下]半年|第?[一二三四1-4]季)"
    r"|(?P<r>[今去次]|(?<![以目之此当])前|(?<![证说表声])明|(?<![今以之])后|(?<![以成基资原])本|(?<![以之])上)年度?"
    rf"|(?<![0-9.])(?P<pm>1[0-2]|0?[1-9])\.(?P<pd>3[01]|[12][0-9]|0?[1-9])(?![0-9])"
    r"(?:(?=起|止|之?[前后]|以[前后]|开始|截止)|[日号])"  # 2.16起, but 2.16亿
    rf"|(?<![0-9.第十])(?P<m>{MONTH})(?:月份?(?!饼|嫂|季)|(?={TO}(?:{MONTH})月))"
    r"|(?P<rm>上个?|这个?|(?<![以成基资原日根样])本|下个?|(?<=[^个0-9])当)月份?"
    rf"|(?<![0-9.第〕\])）发办字十附件])(?P<d>{DATE})"
    r"(?:日(?![内元]|以内|之内)|号(?![文公线楼令店院机人召称码通])"
    rf"|(?<=月[0-9])(?={BREAK})|(?<=月[0-9]{{2}})(?={BREAK})|(?={TO}(?:{DATE})[日号]))"
    r"|(?:前(?P<fq>[二两三23])个?|第?(?<![前0-9])(?P<q>[一二三四1-4]))季度|q(?P<q2>[1-4])(?![0-9a-z])"
    r"|(?P<h>[上下])半年|(?P<ye>年[底末]|(?<=年)[底末])|(?P<nyd>元旦)"
    r"|(?P<me>(?<=月)份?[底末]|月[底末])|(?<=月)(?P<ten>[上中下])旬"
)


@dataclass(frozen=True, slots=True)
class Said:
    """Some words of a text as given, and where they stand."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Day(Said):
    """A day, month, quarter or year said: the span from `first` to `last`."""

    first: date
    last: date


@cache
def _fold(char: str) -> str:
    category = unicodedata.category(char)
    if category == "No" or char == "，":  # ①, ²; a full-width comma ends a phrase
        return char
    if category == "Cs" or char == "\0":
        return "\ufffd"
    plain = unicodedata.normalize("NFKC", char).lower()
    return plain if len(plain) == 1 else char


@lru_cache(maxsize=256)
def folded(text: str) -> str:
    """Half-width, simplified, lower case, numerals in everyday form; same length."""
    text = re.sub("(?<=[０-９])，(?=[０-９]{3})", ",", text)
    plain = simplified("".join(map(_fold, text)))
    plain = re.sub("(?<=[0-9])点(?=[0-9]+[万亿千百])", ".", plain)  # 3点5亿
    return re.sub(
        "(?<![大登着队内水])[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]{2,}",
        lambda m: m.group().translate(FORMAL),
        plain,
    )


def value_of(body: str) -> tuple[Decimal, bool] | None:
    """The value of 1,500.5, 3百5十, 一百零五, 一点二; True where 三百五 is 350."""
    if digits := LED.match(body):
        value, unit = Decimal(digits[1].replace(",", "")), digits[2]
        if not unit:
            return value, False
        rest = value_of(f"一{unit}{body[digits.end() :]}")
        return rest and (value * SMALL[unit] + rest[0] - SMALL[unit], rest[1])
    whole, _, part = body.replace("廿", "二十").replace("〇", "零").partition("点")
    whole = re.sub("[0-9]", lambda m: "零一二三四五六七八九"[int(m.group())], whole)
    fraction = Decimal("0." + "".join(str(DIGITS[c]) for c in part)) if part else 0
    if not set(whole) & set(SMALL):
        return Decimal("".join(str(DIGITS[c]) for c in whole)) + fraction, False
    if not WELL_FORMED.fullmatch(whole):
        return None
    left_out = whole[-1] in DIGITS and whole[-2] in "百千"
    below = {"千": "百", "百": "十"}[whole[-2]] if left_out else ""
    return Decimal(to_int(whole + below)) + fraction, left_out


def values_of(body: str) -> tuple[Decimal, Decimal, bool] | None:
    """Both ends of a numeral, equal unless it is one like 三五百; as `value_of`."""
    if len(body) > LONGEST:
        return None
    pair = PAIR.search(body) if len(body) == 2 or set(body) & set(SMALL) else None
    bodies = [body.replace(pair[0], c, 1) for c in pair[0]] if pair else [body]
    values = [value_of(b) for b in bodies]
    low, high = values[0], values[-1]
    return (low[0], high[0], low[1]) if low and high else None


@lru_cache(maxsize=64)
def read_days(text: str, as_of: date) -> tuple[Day, ...]:
    """The days in a text, in their order; a year once said holds for those after it."""
    plain = folded(text)
    found: list[Day] = []
    for start, end, parts in _phrases(plain):
        try:
            year, month = _year(parts, as_of, found), _month(parts, as_of, found)
            span = _span(parts, year, month)
        except ValueError:  # 2月30日, or a year before the first
            continue
        found.append(Day(text[start:end], start, end, *span))
    return tuple(found)


def _phrases(plain: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    """2022年 with 2月 and 15日 behind it: the parts of one phrase together."""
    start = end = -1
    parts: dict[str, str] = {}
    for match in DAY.finditer(plain):
        new = {k: v for k, v in match.groupdict().items() if v}
        order = _rank(new)
        if (
            parts
            and plain[end : match.start()].strip(" 的") == ""
            and (order > _rank(parts))
        ):
            parts |= new
        else:
            if parts:
                yield start, end, parts
            start, parts = match.start(), new
        end = match.end()
    if parts:
        yield start, end, parts


def _rank(parts: dict[str, str]) -> int:
    """Year 1, month 2, quarter and the like 3, day of the month 4."""
    if parts.keys() & {"d", "me", "ten", "id", "iso", "pd"}:
        return 4
    if parts.keys() & {"q", "q2", "fq", "h", "ye", "nyd"}:
        return 3
    return 2 if parts.keys() & {"m", "rm"} else 1


def _year(parts: dict[str, str], as_of: date, found: list[Day]) -> int:
    if said := parts.get("iso") or parts.get("y"):
        return int(said)
    if "cy" in parts:
        return int("".join(str(DIGITS[c]) for c in parts["cy"]))
    if "yy" in parts:
        return 2000 + int(parts["yy"])
    if parts.get("r") == "次":
        return (found[-1].first.year if found else as_of.year) + 1
    if "r" in parts:
        return as_of.year + RELATIVE[parts["r"]]
    if "rm" in parts and parts["rm"] != "当":
        return _shifted(parts["rm"], as_of) // 12
    return found[-1].first.year if found else as_of.year


def _month(parts: dict[str, str], as_of: date, found: list[Day]) -> int:
    if said := parts.get("m") or parts.get("im") or parts.get("pm"):
        return to_int(said)
    if "rm" in parts and parts["rm"] != "当":
        return _shifted(parts["rm"], as_of) % 12 + 1
    return found[-1].first.month if found else as_of.month


def _shifted(said: str, as_of: date) -> int:
    return as_of.year * 12 + as_of.month - 1 + {"上": -1, "下": 1}.get(said[0], 0)


def _span(parts: dict[str, str], year: int, month: int) -> tuple[date, date]:
    if said := parts.get("d") or parts.get("id") or parts.get("pd"):
        day = date(year, month, to_int(said))
        return day, day
    if "me" in parts:
        return _end(year, month), _end(year, month)
    if "ten" in parts:
        first = {"上": 1, "中": 11, "下": 21}[parts["ten"]]
        last = _end(year, month) if first == 21 else date(year, month, first + 9)
        return date(year, month, first), last
    if parts.keys() & {"m", "rm", "im"}:
        return date(year, month, 1), _end(year, month)
    if "ye" in parts:
        return date(year, 12, 31), date(year, 12, 31)
    if "nyd" in parts:
        return date(year, 1, 1), date(year, 1, 1)
    first, last = _quarters(parts)
    return date(year, first, 1), _end(year, last)


def _quarters(parts: dict[str, str]) -> tuple[int, int]:
    """The first and last month of a quarter, half-year or year."""
    if said := parts.get("q") or parts.get("q2"):
        return 3 * to_int(said) - 2, 3 * to_int(said)
    if "fq" in parts:
        return 1, 3 * to_int(parts["fq"])
    return {"上": (1, 6), "下": (7, 12)}.get(parts.get("h", ""), (1, 12))


def _end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
