"""Sums of money as people write them, read into exact yuan and written back.

`read_money` reads a text, `parse_sum` one field; `yuan_text` writes an amount.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from assistant.dates_said import ARABIC, CN, Said, folded
from assistant.quantities import Numeral, read_numerals
from index.numerals import DIGITS, UNITS

# What a number counts when it stands behind: 300万项 is no money, 300万项目资金 is.
COUNTED = re.compile(
    r"火急|\s?(?:家(?![里具电装庭用])|户(?!外)|人(?!民币|[工力才员均])|名(?![义下])|台(?![账州湾阶币])"
    r"|个(?!人[消经贷创担住信]|[体税贷亿])|位(?![于置])|套(?![现利餐取])|次|回(?![报来本款收购])|项(?!目)"
    r"|年(?![底末初前后内中薪租费收营产利化年])|月(?![薪租供付底末初均息])|天(?![使然津])|[日号岁页篇件辆吨亩瓶桶粒]"
    r"|周(?![转年边口])|季(?!度)|度(?!过)|期(?![间限权货初末内])|场(?![地所馆租])|张(?!贴)|笔(?!记)|档"
    r"|只(?![能够有是要给补花用拿算按需收])|条(?!件)|届|章|级(?!别)|种(?!子)|批(?![复了准下])|层|间(?![接隔断])"
    r"|平(?![均台时])|方(?![案便式面可才法向])|立方|米|公[里斤顷升吨]|斤|[千毫]?[瓦克升](?![级到至为])|小时"
    r"|分[钟之点]|点|股(?![东权])|株|头(?![期款部])|箱|包(?![括含干销邮给])|双(?![倍方创十])|副(?!总)|架(?!构)"
    r"|艘|宗|栋|座|所(?![以有需得])|口(?!径)|匹|步|里(?![面头边有的])|英[里尺]|倍|折|成(?![本功立为交果])"
    r"|强|国道|热线|个?百分|[%‰‱℃])"
)
TAIL = re.compile(
    r" ?(?:元(?![旦宵素件器宇老组首帅月])(?!锂|电池|正极|材料|化|结构)|圆"
    r"|块(?![地板电牌屏表砖玻石煤儿区砖田])|rmb|cny|yuan|人民币)"
    r"(?:零?(?P<jiao>[0-9一二三四五六七八九])"
    r"(?:[角毛]|(?<=块.)(?![0-9]|[一-鿿](?<![的吧呢钱左一])))"
    r"(?:(?P<fen>[0-9一二三四五六七八九])分)?)?钱?(?:整|正(?![在好常]))?"
)
FOREIGN = re.compile(
    r" ?(?P<c>美[元金刀]|刀(?![具片口])|[日韩澳加][元币]|欧元|港[币元]|英镑|新元"
    "|新?台币|卢布|泰铢|(?:瑞士)?法郎|usd|eur|hkd|jpy|gbp|dollars?|euros?|pounds?)"
)
SIGN = re.compile(r"(?:us\$|hk\$|[$€£]|usd|eur|hkd|jpy|gbp|美元|欧元|港币)\s?$")
PREFIX = re.compile(r"(?:人民币|rmb|cny|¥)\s?$")
MINUS = re.compile(r"负$|(?:^|[是为:(\s了过花投租])[-−]$")
ROUGH_BEFORE = re.compile("(?:大[概致]|(?<![合签])约|差不多|近|估计|不[到足])[是为]?$")
ROUGH_AFTER = re.compile("左右|上下|出头|开外|不到|的?样子")
TO = re.compile(r"\s?(?:到|至|-|—|–|~|、)\s?")
CODE = re.compile(
    r"(?:[a-z][-_/]?|[a-z]\s|[0-9][.:/\-]|第|〔|附件|附表|[)〕]|[一二三四五六七八九十]、|表|图)$"
)
CODES = {"12345", "12333", "12366", "12315", "12348", "12329", "985", "211"}
AFTER_CODE = re.compile(r"[a-z]|\s?(?:[-/.:][0-9]|[〕\]文+=×*°后等款路线室楼])")
PAYS = re.compile(
    r"(?:补[贴助]?|奖[励]?|给|租金?|花|房租|[每一]个?[人月年季]|半年|人均|月租|工资|月薪|发|付|交|缴|收|免|减)"
    r"(?:一个月|了|的|是|为|有|到|约|大概|大约|多|共|最多|最高|\s|[:：]){0,3}$"
)
SPENDS = re.compile(
    r"(?:投[资入]?|融[资了]?|贷[款]?|花|买|用|[投入费金额款价钱资租产值本是])"
    r"(?:了|过|的|是|为|有|到|约|大概|大约|共|一共|总共|掉|出|去|要|\s|[:：]){0,3}$"
)
EDGE_AFTER = re.compile(
    r"\s*(?:$|[,，。;；?？!！、\n]|能|可以|够|的?(?:设备|投资)|/(?![0-9]))"
)


@dataclass(frozen=True, slots=True)
class Sum(Said):
    """A sum of money; `about` where the asker said 来, 多, 大概."""

    yuan: Decimal
    about: bool = False


@dataclass(frozen=True, slots=True)
class Range(Said):
    """三五百万: between `low` and `high` yuan; 几十万 is 20万 to 90万."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Bare(Said):
    """A number that may be yuan or 万: 投了1500."""

    number: Decimal


@dataclass(frozen=True, slots=True)
class Foreign(Said):
    """A sum in another currency, never converted; a range of them by its low end."""

    number: Decimal
    currency: str


Mention = Sum | Range | Bare | Foreign


class BadSum(ValueError):
    """A field that is no usable sum; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@lru_cache(maxsize=64)  # one question is read by many
def read_money(text: str) -> tuple[Mention, ...]:
    """The sums in a text in their order; offsets are those of `text`."""
    plain = folded(text)
    found: list[Mention] = []
    for n in _joined(plain):
        floor = found[-1].end if found else 0
        before = plain[max(floor, n.start - 12) : n.start]
        if n.start >= floor and (read := _mention(plain, n, before)):
            found.append(replace(read, text=text[read.start : read.end]))
    return tuple(found)


def _joined(plain: str) -> Iterator[Numeral]:
    """The numbers, two with 到 between them as one: 100到200万."""
    before: Numeral | None = None
    for numeral in read_numerals(plain):
        joined = before and _join(plain, before, numeral)
        if before and not joined:
            yield before
        before = joined or numeral
    if before:
        yield before


def _join(plain: str, low: Numeral, high: Numeral) -> Numeral | None:
    own = TAIL.match(plain, low.end)
    to = TO.fullmatch(plain, own.end() if own else low.end, high.start)
    code = CODE.search(plain[max(0, low.start - 4) : low.start])
    if not to or code or COUNTED.match(plain, low.end):
        return None
    first = low.low * (1 if low.scale > 1 or own else high.scale)
    lead = re.match("([二三四五六七八九2-9])([十百千])", plain[high.start : high.end])
    digit = int(DIGITS.get(lead[1], lead[1])) if lead else 0
    if lead and low.scale == 1 and low.low < digit:
        first *= UNITS[lead[2]]  # 三到五百万
    listed = to.group() == "、" and low.low + 1 != digit  # and not 二、三百万
    joins = low.low == low.high and first < high.high and not (high.vague or listed)
    return replace(high, start=low.start, low=first, about=False) if joins else None


def _mention(plain: str, numeral: Numeral, before: str) -> Mention | None:
    start, end = numeral.start, numeral.end
    if sign := SIGN.search(before):
        start -= len(sign.group())
        return Foreign("", start, end, numeral.low, sign.group().strip())
    if name := FOREIGN.match(plain, end):
        return Foreign("", start, name.end(), numeral.low, name["c"])
    tail = TAIL.match(plain, end)
    if tail and (numeral.low > 1 or tail.group() != "块"):  # 一块申请
        return _sum(plain, numeral, before, tail.end(), _cents(tail))
    if COUNTED.match(plain, end) or re.search(r"第$|[0-9]\.$", before):
        return None
    if PREFIX.search(before) or numeral.scale > 1 or _is_sum(plain, numeral, before):
        return _sum(plain, numeral, before, end, Decimal(0))
    return _bare(plain, numeral, before)


def _cents(tail: re.Match[str]) -> Decimal:
    jiao, fen = (str(DIGITS.get(d or "0", d or 0)) for d in tail.group("jiao", "fen"))
    return Decimal(f"0.{jiao}{fen}") if tail["jiao"] else Decimal(0)


def _sum(plain: str, n: Numeral, before: str, end: int, cents: Decimal) -> Mention:
    start, low, high = n.start, n.low + cents, n.high + cents
    if prefix := PREFIX.search(before):
        start -= len(prefix.group())
        before = before[: -len(prefix.group())]
    if low != high:
        return Range("", start, end, low, high)
    if MINUS.search(before):
        start, low = start - 1, -low
    rough = ROUGH_BEFORE.search(before) or ROUGH_AFTER.match(plain, end)
    return Sum("", start, end, low, n.about or bool(rough))


def _is_sum(plain: str, numeral: Numeral, before: str) -> bool:
    """A number without 元 and 万 that is money all the same: 补五千, 一万二, 1.5e7."""
    said = plain[numeral.start : numeral.end]
    if numeral.left_out or ("e" in said and numeral.low >= 1000):
        return not CODE.search(before)
    whole = len(plain) < 20 and not re.search(r"\w", plain.replace(said, "", 1))
    return bool(re.search("[百千k]", said)) and (whole or bool(PAYS.search(before)))


def _bare(plain: str, numeral: Numeral, before: str) -> Bare | None:
    said, number = plain[numeral.start : numeral.end], numeral.low
    code = CODE.search(before) or AFTER_CODE.match(plain, numeral.end)
    if code or said in CODES or number < 10 or len(said) > 10 or numeral.vague:
        return None
    spends = SPENDS.search(before) or PAYS.search(before)
    year = 1950 <= number < 2100 and "," not in said
    if year and not (spends and spends.group()[-1] in "了过掉出去资入约"):
        return None
    alone = not before[-1:].isalnum() and EDGE_AFTER.match(plain, numeral.end)
    if not spends and not (alone and number >= 100 and said.isascii()):
        return None
    return Bare("", numeral.start, numeral.end, number)


def parse_sum(text: str, *, bare_is_yuan: bool = False) -> Decimal:
    """One field as typed, in yuan; raises BadSum with the reason."""
    plain = folded(text).strip().rstrip("。.,，")
    if not plain:
        raise BadSum("empty")
    negative = plain[0] in "-−–负"
    plain = plain[1:].strip() if negative else plain
    if re.fullmatch(ARABIC, plain) and "e" not in plain:
        amount = _sane(Decimal(plain.replace(",", "")), negative)
        if bare_is_yuan:
            return amount
        raise BadSum("unit_missing")
    found = read_money(plain)
    rest = plain[: found[0].start] + plain[found[0].end :] if found else plain
    if len(found) != 1 or re.sub(
        r"大[概约]|左右|上下|总|[\s一约共是为。.,，]", "", rest
    ):
        raise BadSum("unit_missing" if plain and set(plain) <= set(CN) else "not_money")
    match found[0]:
        case Sum(yuan=yuan, about=False):
            return _sane(yuan, negative)
        case Sum() | Range():
            raise BadSum("range")
        case Foreign():
            raise BadSum("foreign")
        case Bare():
            raise BadSum("unit_missing")


def _sane(amount: Decimal, negative: bool) -> Decimal:
    if amount == 0:
        raise BadSum("zero")
    if negative or amount < 0:
        raise BadSum("negative")
    if amount >= 10**12:
        raise BadSum("absurd")
    return amount


def yuan_text(amount: Decimal) -> str:
    """The amount in 元, 万元 or 亿元, the largest that it reaches, never rounded."""
    sign, digits, exponent = amount.as_tuple()
    units = ((8, "亿元"), (4, "万元"), (0, "元"))
    places, unit = next(u for u in units if not u[0] or abs(amount) >= 10 ** u[0])
    plain = f"{Decimal((sign, digits, int(exponent) - places)):f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) + unit
