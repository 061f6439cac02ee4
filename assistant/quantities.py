"""Numbers as people write them, and the shares and counts they stand in.

`read_numerals` reads numbers alone (1,500.5万, 一万二, 几十万), for `money` as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from assistant.dates_said import ARABIC, BODY, CALENDAR, CN, Said, folded, values_of
from index.numerals import DIGITS
from index.numerals import UNITS as SMALL

BIG = {"万": 10**4, "亿": 10**8, "w": 10**4, "k": 10**3, "m": 10**6}
TWICE = {a + b: BIG[a] * BIG[b] for a in "万亿" for b in "万亿"}  # 3万亿, 一亿亿
SCALES = BIG | TWICE | {"thousand": 10**3, "million": 10**6, "billion": 10**9}
SECTION = re.compile(
    rf"(?P<body>{BODY})"
    r"(?P<more>多(?![少久大长])|[来余几](?=[十百千万亿元块个名人家户台项天年]))?"
    r"(?:个多?(?=多?亿))?"
    r"(?P<scale> ?(?:[万亿]亿|[万亿]?万(?!达(?:广|集|影)|科(?:地|集)|分之)|亿)"
    r"|[wk](?![a-z电屏显超高]|[0-9]{2})|m(?![a-z0-9²³长宽高厚])"
    r"| ?(?:million|thousand|billion))?"
)
START = re.compile(  # one set first, which `re` searches fast
    rf"[0-9{CN}半h好几数上超过个万](?:(?<=[百千])(?P<rough>[把来])(?=[万块元])"
    rf"|(?<=[0-9{CN}])|(?<=半)个亿|(?<=h)alf a million|(?:(?<=好)几|(?<=几))"
    r"(?=[十百千万亿])|(?<=数)(?<![参指人总系函分基次倍岁个位户]数)(?=[十百千万亿])"
    r"|(?<=上)(?<![以晚早线网马加会身]上)(?=[百千万亿](?!万?[不别要请]))"
    r"|(?<=[超过])(?=[百千万亿])|(?<=个)[把来](?=万)|(?<=万)[把来](?=[块元]))"
)
VAGUE = re.compile(
    r"(?P<half>半个亿|half a million)|(?P<lead>好?几|[数上超过])?"
    r"(?P<small>万(?=[把来])|[十百千个]?)(?P<rest>[把来])?(?P<big>万(?![达科])|亿)?"
)
MORE = re.compile(r"多(?=[元块的了左]|[^\w]|$)|余(?!额|款)|来(?=[元块])|\+")
# 一万二: behind the digit stands none of these, or it begins a word: 一万 + 三家.
GOES_ON = re.compile(
    rf"(?!一[个年月天])[\d.%‰{CN}年月日号天周季岁期次家户人名个位台套项场条件只辆张笔档级等成折倍届章"
    r"款批种层间亩吨度手方线险产农门川江亚龙亿万楼室栋艘a-z]|分之"
)
ENDS = re.compile(r"[^\w]|$|[元块的左]")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number without its meaning: `low` to `high`, equal unless 三五 or 几十."""

    start: int
    end: int
    low: Decimal
    high: Decimal
    scale: int = 1  # 万, 亿, w, million behind its first part
    about: bool = False
    left_out: bool = False  # 一万二, 三千六
    vague: bool = False  # 几十万, 上百万


def read_numerals(plain: str) -> Iterator[Numeral]:
    """The numbers of a folded text, in their order; 一次 has one as well."""
    position = 0
    while start := START.search(plain, position):
        position = start.start()
        exact = plain[position] in "0123456789" + CN and not start["rough"]
        numeral, end = (_exact if exact else _vague)(plain, position)
        position = max(end, position + 1)
        if numeral:
            yield numeral


def _vague(plain: str, start: int) -> tuple[Numeral | None, int]:
    """几十万 is 20万 to 90万, 上百万 100万 to 900万, 万把块 10000 to 20000."""
    match = VAGUE.match(plain, start)
    if not match or not any(match.group("half", "small", "big")):
        return None, start + 1
    if match["half"]:
        half = Decimal(5 * 10 ** (7 if match["half"] == "半个亿" else 5))
        return Numeral(start, match.end(), half, half, 10**4), match.end()
    scale = BIG.get(match["big"] or match["small"], 1)
    unit = SMALL.get(match["small"], 1) * scale
    low = Decimal(1 if match["rest"] or match["lead"] in ("上", "超", "过") else 2)
    high = Decimal(2 if match["rest"] else 9) * unit
    return Numeral(start, match.end(), low * unit, high, scale, vague=True), match.end()


def _exact(plain: str, start: int) -> tuple[Numeral | None, int]:
    """One number with all its parts: 1亿2000万, 一万二千五, 两百八十来万."""
    part = SECTION.match(plain, start)
    if part is None or (read := _body(plain, part)) is None:
        return None, part.end("body") if part else start + 1
    low, high, left_out, end = read
    first = scale = SCALES.get((part["scale"] or "").strip(), 1)
    low, high = low * scale, high * scale
    while scale >= 1000 and (part := SECTION.match(plain, end)):
        tail = _tail(plain, part, scale, plain[start].isascii())
        if tail is None:
            break
        low, high = low + tail[0], high + tail[1]
        left_out, end, scale = tail[2], tail[3], tail[4]
    if first > 1 and (more := MORE.match(plain, end)):
        end = more.end()
    about = bool(re.search("[多来余几+]", plain[start:end]))
    return Numeral(start, end, low, high, first, about, left_out), end


def _body(plain: str, part: re.Match[str]) -> tuple[Decimal, Decimal, bool, int] | None:
    """The ends of 三五, the digit of 两千三个 left to what follows, and the end."""
    body, end = part["body"], part.end()
    if not (values := values_of(body)):
        return None
    low, high, left_out = values
    if left_out and end == part.end("body") and not _alone(plain, end, body[-1]):
        shorter = values_of(body[:-1])
        return (shorter[0], shorter[0], False, end - 1) if shorter else None
    if part["more"] == "几":
        low, high = low + 1, high + 9
    return low, high, left_out, end


def _alone(plain: str, end: int, digit: str) -> bool:
    goes_on = digit == "一" or GOES_ON.match(plain, end)
    return bool(ENDS.match(plain, end)) or not goes_on


def _tail(
    plain: str, part: re.Match[str], above: int, ascii_before: bool
) -> tuple[Decimal, Decimal, bool, int, int] | None:
    """What a number with a unit goes on with: 亿 with 2000万, 一万 with 二 or 二千."""
    body, read = part["body"], _body(plain, part)
    if read is None:
        return None
    low, high, left_out, end = read
    scale = SCALES.get((part["scale"] or "").strip(), 1)
    if scale > 1:
        fits = scale >= 10**4 and high * scale < above
        return (low * scale, high * scale, left_out, end, scale) if fits else None
    after = plain[end : end + 1] in ("元", "块") or not GOES_ON.match(plain, end)
    if len(body) == 1 and body not in "零〇":
        same = body.isascii() == ascii_before and _alone(plain, end, body)
        fits = same or bool(ENDS.match(plain, end))
        low = low * (above // 10)
        return (low, low, True, end, 1) if fits else None
    if body[0] in "零〇":
        fits = high > 0
    elif body.isascii():
        fits = body.isdigit() and 10 ** len(body) == above and after
    else:
        fits = low * 10 >= above or after
    return (low, high, left_out, end, 1) if fits and high < above else None


SHARE = re.compile(
    rf"(?<![0-9.])(?P<n>{ARABIC})\s?(?:(?P<p>[%‰‱])|(?=[-~至到—]\s?{ARABIC}%))"
    rf"|(?P<of>[二三四五六七八九十百千万])分之(?P<part>{BODY})"
    rf"|(?<![0-9.第{CN}])(?P<tenths>[0-9](?:\.[0-9])?|[一二两三四五六七八九十])成"
    r"(?!功|立|本|员|长|交|就|果|都|年|人|熟|绩|分|套|批|为|型|不变)"
    r"(?P<more>半|[一二三四五六七八九](?![个家年月万千百十成]))?"
    rf"|(?<![0-9.{CN}])(?P<points>{BODY})个(?:百分)?点(?![钟位子击赞餐名])"
    r"|(?P<half>一半(?!天)|减半|对半|半数|折半)"
)
WHOLES = {"%": 100, "‰": 1000, "‱": 10**4, "万": 10**4, **SMALL, **DIGITS}
OTHER = {"半月": "月", "星期": "周", "回": "次", "趟": "次"}
UNITS = OTHER | dict.fromkeys(("名", "位", "口", "号人"), "人")
COUNT = re.compile(
    r" ?(?P<u>个半月|个?工作日|个月(?!饼)|个人(?!所得|独资|经营|名义|[消经贷创担住信])"
    r"|个?季度|个?星期|号人|人次|人(?!民币|才|有限|公司)|个(?!多?亿|百分|点|人)|名|位(?![于置数])"
    r"|口(?![径岸])|年(?![级代报度薪])|家(?![里具电庭人子乡])|户(?![外口])|台(?![账阶湾州币])"
    r"|套(?![现利])|项(?!目)|次(?!性)|回(?![报款收])|趟|笔(?!记)|度(?!过)|场(?![地所馆])"
    r"|条(?![件款例])|张(?!贴)|倍|件|档(?!案)|只(?![能够有是要给补需])|辆|吨|亩|天|周(?![年边])"
    r"|日(?=内|以内|之内))(?P<half>半(?![年月家人天个]))?"
)
LOOSE = re.compile(
    r"(?P<n>(?<![上下前后一折大小多个])半|[俩仨])(?P<u>个?月|年(?![度报])|天|个工作日|人|家)"
)
LOOSELY = {"半": Decimal("0.5"), "俩": Decimal(2), "仨": Decimal(3)}


@dataclass(frozen=True, slots=True)
class Share(Said):
    """A share of one: 三成 is 0.3."""

    rate: Decimal


@dataclass(frozen=True, slots=True)
class Count(Said):
    """A number of something; `unit` is the plain one of `said`."""

    number: Decimal
    unit: str
    said: str = ""
    about: bool = False


def read_shares(text: str) -> tuple[Share, ...]:
    """The shares in a text, in their order; 七八成 and 三分之一 are no exact ones."""
    return tuple(
        Share(text[m.start() : m.end()], *m.span(), rate)
        for m in SHARE.finditer(folded(text))
        if (rate := _rate(m)) is not None
    )


def _rate(match: re.Match[str]) -> Decimal | None:
    if match["half"]:
        return Decimal("0.5")
    said = match["n"] or match["part"] or match["points"] or match["tenths"]
    if (part := values_of(f"一{said}" if said[0] in "百千" else said)) is None:
        return None
    if more := match["more"]:
        return part[0] / 10 + Decimal(5 if more == "半" else DIGITS[more]) / 100
    whole = WHOLES["十" if match["tenths"] else match["p"] or match["of"] or "%"]
    rate = part[0] / whole if whole else part[0]
    return rate if rate * whole == part[0] else None


def read_counts(text: str) -> tuple[Count, ...]:
    """The counts in a text, in their order; 半年 is 6 月, 一年半 is 18 月."""
    plain = folded(text)
    rows = LOOSE.finditer(plain)
    found = [(*m.span(), LOOSELY[m["n"]], m["u"], False) for m in rows]
    for numeral in read_numerals(plain):
        match = COUNT.match(plain, numeral.end)
        if match and not numeral.vague and not _is_date(plain, numeral, match):
            half = match["half"] or match["u"] == "个半月"
            number = numeral.low + (LOOSELY["半"] if half else 0)
            about = numeral.about or numeral.low != numeral.high
            found.append((numeral.start, match.end(), number, match["u"], about))
    return tuple(_count(text, *parts) for parts in sorted(found))


def _is_date(plain: str, numeral: Numeral, match: re.Match[str]) -> bool:
    """第16条, 2022年, 22年2月."""
    said, number = match["u"], numeral.low
    return plain.endswith(("第", "."), 0, numeral.start) or (
        said == "年"
        and (number > 40 or bool(number > 9 and CALENDAR.match(plain, match.end())))
    )


def _count(
    text: str, start: int, end: int, number: Decimal, said: str, about: bool
) -> Count:
    plain = said[1:] if said[0] == "个" and said != "个" else said
    unit = UNITS.get(plain, plain)
    if unit == "年" and "半" in text[start:end]:
        number, unit = Decimal(int(number * 12)), "月"
    return Count(text[start:end], start, end, number, unit, said, about)
