"""Sums of money as people write them, read into exact yuan and written back.

`read_money` finds every sum, range, bare number and foreign sum in a text;
`parse_sum` reads one field; `yuan_text` writes an amount for a person.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from index.clean import simplified

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "俩": 2,
}
FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟圆塊", "一二三四五六七八九十百千元块")
SMALL = {"十": 10, "百": 100, "千": 1000}
BIG = {"万": 10**4, "w": 10**4, "亿": 10**8, "k": 10**3, "m": 10**6}
CN = "零〇一二三四五六七八九十百千两廿"
PART = tuple("0123456789.%％‰成个")  # 6万6 is 66000, 6万6% is not
ABSURD = Decimal(10**12)
NUMBER = rf"(?:\d+(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e\d{{1,2}}(?!\d))?|[{CN}]+(?:点[{CN}]+)?)"
COUNTED = (
    "家户人名个位台套项次场期只条辆件吨亩度株头斤米克瓦间层株箱包瓶平立方小时天日号月年"
    "周季岁级档等届章款篇页种批张所座栋股份分公里只"
)
SUM = re.compile(
    rf"(?P<n>{NUMBER})(?P<about>[多来余几])?(?:个(?=[亿万]))?(?P<u>[十百千]?[万亿]|w(?![a-z])|k(?![a-z])|m(?![a-z])|千(?![人瓦克米])|百(?!分))?"
    rf"(?P<about2>[多来余])?(?P<y>元|块钱|块|人民币|rmb|yuan)?"
)
FOREIGN = re.compile(
    rf"(?:(?P<sign>[$€£]|us\$|usd|eur|hk\$)\s?(?P<a>{NUMBER})(?P<au>[万亿]|million|m)?)"
    rf"|(?:(?P<b>{NUMBER})(?P<bu>[十百千]?[万亿]|million)?(?P<c>美元|美金|欧元|日元|港币|港元|英镑|韩元|澳元|加元|刀|usd|eur|dollars?|euros?))"
)
ENGLISH = re.compile(r"(half a|\d+(?:\.\d+)?)\s?(million|thousand|billion)")
RANGE = re.compile(
    rf"(?P<a>[一二三四五六七八九两])(?P<b>[一二三四五六七八九])(?P<t>[十百千]?)(?P<u>[万亿])"
    rf"|(?P<x>{NUMBER})(?P<xu>[万亿])?(?:元)?(?:到|至|-|—|~|～)(?P<z>{NUMBER})(?P<zu>[万亿])"
    rf"|(?P<v>[几数]|十几|上)(?P<vt>[十百千]?)(?P<vu>[万亿])(?![家户人名])"
)
TRAPS = re.compile(
    r"千万(?=不|别|要|记|小心)|万一|万人助|百场万|千方百计|一次性|一共|一起|一直|一些|一样|统一|一定|一家|一个"
    r"|一下|一点|一批|一笔|一年|一条|一道|一户|一般|唯一|第[一二三四五六七八九十\d]+|一[、.,，]|之一|十四五|三十而立|四舍五入"
)
DATE_LIKE = re.compile(
    r"\d{2,4}年|\d{1,2}月(?:\d{1,2}[日号])?|\d{1,2}[日号]|〔\d+〕\d*号?|附件\d|第\d+|\d+号文|\d{4}-\d{1,2}-\d{1,2}"
    r"|\d{1,2}[:：]\d{2}|1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|12345|\d+\s?%|\d+(?:\.\d+)?个?点(?!\d)|[a-z]+-?\d+|\d[ag](?![a-z])|985|211"
)


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of money; `about` where the asker said 来, 多, 大概."""

    text: str
    start: int
    end: int
    yuan: Decimal
    about: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """三五百万: between `low` and `high` yuan."""

    text: str
    start: int
    end: int
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Bare:
    """A number that may be yuan or 万: 投了1500."""

    text: str
    start: int
    end: int
    number: Decimal


@dataclass(frozen=True, slots=True)
class Foreign:
    """A sum in another currency, never converted."""

    text: str
    start: int
    end: int
    number: Decimal
    currency: str


Mention = Sum | Range | Bare | Foreign


class BadSum(ValueError):
    """A field that is no usable sum; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def folded(text: str) -> str:
    """Half-width, simplified, lower case, each character in its place."""
    chars = (n if len(n := unicodedata.normalize("NFKC", c)) == 1 else c for c in text)
    plain = simplified("".join(chars)).lower().translate(FORMAL)
    return plain if len(plain) == len(text) else text


def number_of(digits: str) -> Decimal:
    """The value of 1,500.5, 1.5e7, 一百零五 or 一点二."""
    if digits[0].isascii():
        return Decimal(digits.replace(",", ""))
    whole, _, part = digits.partition("点")
    fraction = "".join(str(DIGITS.get(c, 0)) for c in part)
    return Decimal(_whole(whole)) + Decimal(f"0.{fraction or 0}")


def _whole(numeral: str) -> int:
    """一百零五 → 105, 一万二 is read by the caller, 二〇二二 → 2022."""
    numeral = numeral.replace("廿", "二十")
    if len(numeral) > 1 and not set(numeral) & set(SMALL):
        return int("".join(str(DIGITS[c]) for c in numeral))
    total = digit = 0
    last = 1
    for char in numeral:
        if char in SMALL:
            last = SMALL[char]
            total += (digit or 1) * last
            digit = 0
        else:
            digit = DIGITS[char]
            last = 10 if char == "零" or char == "〇" else last
    if digit and last >= 100 and numeral[-2:-1] not in ("零", "〇"):
        return total + digit * last // 10  # 三百五 is 350
    return total + digit


def read_money(text: str) -> tuple[Mention, ...]:
    """The sums in a text in their order; offsets are those of `text`."""
    plain = folded(text)
    blocked = [m.span() for p in (TRAPS, DATE_LIKE) for m in p.finditer(plain)]
    found: list[Mention] = []
    position = 0
    for match in ENGLISH.finditer(plain):
        unit = {"million": 10**6, "thousand": 10**3, "billion": 10**9}[match[2]]
        value = Decimal("0.5") if match[1] == "half a" else Decimal(match[1])
        found.append(Sum(text[slice(*match.span())], *match.span(), value * unit))
    for match in FOREIGN.finditer(plain):
        found.append(_foreign(match, text))
    for match in RANGE.finditer(plain):
        if (read := _range(match, text)) and not _inside(match.span(), found):
            found.append(read)
    while position < len(plain):
        match = SUM.search(plain, position)
        if not match:
            break
        read, position = _sum(match, plain, text)
        span = (match.start(), position)
        if read and not _inside(span, found) and not _blocked(span, blocked, read):
            found.append(read)
    return tuple(sorted(found, key=lambda m: m.start))


def _blocked(
    span: tuple[int, int], blocked: list[tuple[int, int]], read: Mention
) -> bool:
    # A trap covers the number's beginning; a sum with a unit survives a partial one.
    return any(
        s <= span[0] < e and (e >= span[1] or isinstance(read, Bare))
        for s, e in blocked
    ) or (
        isinstance(read, Bare) and any(s < span[1] and span[0] < e for s, e in blocked)
    )


def _inside(span: tuple[int, int], found: list[Mention]) -> bool:
    return any(m.start < span[1] and span[0] < m.end for m in found)


def _foreign(match: re.Match[str], text: str) -> Foreign:
    number = number_of(match["a"] or match["b"])
    unit = match["au"] or match["bu"] or ""
    scale = {"million": 10**6, "m": 10**6}.get(unit) or _unit(unit)
    currency = match["sign"] or match["c"]
    return Foreign(match_text(match, text), *match.span(), number * scale, currency)


def match_text(match: re.Match[str], text: str) -> str:
    """The characters of a match in the text as given."""
    return text[match.start() : match.end()]


def _range(match: re.Match[str], text: str) -> Range | None:
    if match["a"]:
        low, high = DIGITS[match["a"]], DIGITS[match["b"]]
        if high <= low:
            return None
        scale = SMALL.get(match["t"], 1) * BIG[match["u"]]
        return Range(
            match_text(match, text),
            *match.span(),
            Decimal(low * scale),
            Decimal(high * scale),
        )
    if match["x"]:
        high_unit = BIG[match["zu"]]
        low_unit = BIG.get(match["xu"] or "", high_unit)
        low, high = number_of(match["x"]) * low_unit, number_of(match["z"]) * high_unit
        return (
            Range(match_text(match, text), *match.span(), low, high)
            if low < high
            else None
        )
    scale = SMALL.get(match["vt"], 1) * BIG[match["vu"]]
    ends = {"十几": (11, 19), "上": (1, 9)}.get(match["v"], (2, 9))
    return Range(
        match_text(match, text),
        *match.span(),
        Decimal(ends[0] * scale),
        Decimal(ends[1] * scale),
    )


def _unit(unit: str) -> int:
    scale = 1
    for char in unit:
        scale *= SMALL.get(char) or BIG.get(char) or 1
    return scale


def _sum(match: re.Match[str], plain: str, text: str) -> tuple[Mention | None, int]:
    """One number with its unit, and the smaller parts that follow it: 1亿2000万."""
    value, end = number_of(match["n"]) * _unit(match["u"] or ""), match.end()
    unit, yuan = match["u"] or "", match["y"]
    smallest = _unit(unit)
    about = bool(match["about"] or match["about2"])
    while unit and not yuan and (tail := SUM.match(plain, end)):
        scale = _unit(tail["u"] or "")
        digit = len(tail["n"]) == 1 and plain[tail.end() : tail.end() + 1] not in PART
        if scale >= smallest or (
            tail["u"] is None and tail["n"][0].isascii() and not digit
        ):
            break
        number = number_of(tail["n"])
        if tail["u"] is None and not tail["y"]:
            if (
                plain[tail.end() : tail.end() + 1] in COUNTED
                and plain[tail.end() : tail.end() + 1]
            ):
                break
            # 一万二 = 12000, 一万二千五 = 12500: the unit below is left out
            number = number * (smallest // 10) if len(tail["n"]) == 1 else number
        value += number * scale
        smallest, end, yuan = scale, tail.end(), tail["y"]
        unit = tail["u"] or ""
    if (
        match["n"][0] in CN
        and not match["n"][0].isascii()
        and unit in ("", None)
        and not yuan
        and not match["u"]
    ):
        pass
    span_text = text[match.start() : end]
    followed = plain[end : end + 1]
    has_unit = bool(match["u"]) and match["u"] not in ("百", "千")
    if (
        not yuan
        and followed
        and followed in COUNTED
        and not re.match("个(月|点|亿|万)", plain[end:])
    ):
        return None, end
    if yuan or has_unit:
        near = plain[max(0, match.start() - 3) : match.start()] + plain[end : end + 2]
        about = about or bool(re.search("大概|大约|约|左右|上下|差不多", near))
        return Sum(span_text, match.start(), end, value, about), end
    if match["n"][0] in CN and not match["u"]:
        if re.fullmatch(
            "[一二三四五六七八九两][千百][一二三四五六七八九]?", match["n"]
        ) and re.search(
            "(补|奖|给|租|花|每人|人均)(了|金)?$",
            plain[max(0, match.start() - 3) : match.start()],
        ):
            return Sum(span_text, match.start(), end, value), end
        return None, end
    number = number_of(match["n"])
    if match["u"] in ("百", "千") and re.search(
        "(补|奖|给|租|花|每人|人均|投)(了|金)?$",
        plain[max(0, match.start() - 3) : match.start()],
    ):
        return Sum(span_text, match.start(), end, value), end
    before = plain[max(0, match.start() - 4) : match.start()]
    if (
        number >= 10
        and not match["u"]
        and re.search(
            "(投|花|买|用|租|融|费|金|额|资|款|钱|价|是|了|要|共)(了|是|为|约)?$",
            before,
        )
    ):
        return Bare(span_text, match.start(), end, number), end
    return None, max(end, match.end())


def parse_sum(text: str, *, bare_is_yuan: bool = False) -> Decimal:
    """One field as typed, in yuan; raises BadSum with the reason."""
    plain = folded(text).strip()
    if not plain:
        raise BadSum("empty")
    if plain[0] in "-−负":
        raise BadSum("negative")
    if re.fullmatch(r"\d+(\.\d+)?", plain.replace(",", "")):
        if not bare_is_yuan:
            raise BadSum(
                "zero" if not float(plain.replace(",", "")) else "unit_missing"
            )
        return _sane(Decimal(plain.replace(",", "")))
    if re.fullmatch(r"\d+(\.\d+)?e\d{1,2}", plain):
        return _sane(Decimal(plain))
    found = read_money(plain)
    if (
        len(found) != 1
        or found[0].end - found[0].start
        < len(plain.replace("¥", "").replace("rmb", "").strip()) - 3
    ):
        raise BadSum("not_money")
    match found[0]:
        case Sum(yuan=yuan):
            return _sane(yuan)
        case Range():
            raise BadSum("range")
        case Foreign():
            raise BadSum("foreign")
        case Bare():
            raise BadSum("unit_missing")


def _sane(amount: Decimal) -> Decimal:
    if amount == 0:
        raise BadSum("zero")
    if amount >= ABSURD:
        raise BadSum("absurd")
    return amount


def yuan_text(amount: Decimal) -> str:
    """The amount in 元, 万元 or 亿元, whichever is shortest, never rounded."""
    for scale, unit in ((10**8, "亿元"), (10**4, "万元")):
        if abs(amount) >= scale:
            return f"{(amount / scale).normalize():f}{unit}"
    return f"{amount.normalize():f}元"
