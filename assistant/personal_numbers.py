"""What a telephone, identity, card or credit-code number looks like, from its digits.

A number comes as its groups of digits and what separates them: "-", " " or ".".
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Literal

Kind = Literal["mobile", "phone", "identity", "card", "email", "credit_code"]

LONGEST = 21  # digits, 0086 and a card number included
PREFIX = re.compile("^(?:0086|86|0)(?=1[3-9])")
MOBILE = re.compile("1[3-9][0-9]{9}")
MOBILES = re.compile("(?:1[3-9][0-9]{9}){2,9}")  # glued to one another
# How the eleven digits are grouped in writing. Others are lists of sums or years.
MOBILE_GROUPS = {
    *((11,), (3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (5, 6), (3, 2, 2, 2, 2)),
    (1,) * 11,
}
LANDLINE = re.compile(  # 010 and 02x have eight digits, the others seven or eight
    "(?:(?:00)?86-0?|0086|0)(?:10|2[0-9]|[3-9][0-9]{2})-?"
    "(?:[0-9]{7,8}|[0-9]{4}-[0-9]{4}|[0-9]{3}-[0-9]{4})(?:-[0-9]{1,5})?"
)
GLUED_LANDLINE = re.compile("0(?:(?:10|2[0-9])[0-9]{8}|[3-9][0-9]{2}[0-9]{7,8})")
SERVICE = re.compile(
    "400[0-9]{7}|[48]00-(?:[0-9]{7}|[0-9]{3}-[0-9]{4}|[0-9]{4}-[0-9]{3})"
    "|[48]00[0-9]-[0-9]{3}-[0-9]{3}"
)
CARD = re.compile("(?:[3-9]|10|2[2-7])[0-9]+")
CARD_GROUPS = re.compile("4(?:,4){2}(?:,[1-4]){1,2}|6,(?:[7-9]|1[0-3])|4,6,[45]")
CODE = re.compile("[1-9any][1-9][0-9]{6}[0-9a-hj-npqrtuwxy]{10}")
CODE_ALPHABET = "0123456789abcdefghjklmnpqrtuwxy"  # GB 32100-2015, table 2
PROVINCES = frozenset(
    f"{code}"
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65))
    for code in (*range(first, last + 1), 71, 81, 82, 83)
)
HOTLINE = "12345"  # everyone's number, and the one that answers refer to


def kind_of_number(groups: Sequence[str], separators: Sequence[str]) -> Kind | None:
    """What a number is by its shape alone; `x` may end an identity number."""
    digits = "".join(groups)
    if HOTLINE in groups or _is_list(groups):
        return None
    if len(digits) in (15, 18) and is_identity(digits):
        return "identity"
    if _is_mobile(groups, separators) or MOBILES.fullmatch(digits):
        return "mobile"
    if not 10 <= len(digits) <= LONGEST or not digits.isdecimal():
        return None
    said = "-".join(groups)
    if LANDLINE.fullmatch(said) and (len(groups) > 1 or GLUED_LANDLINE.fullmatch(said)):
        return "phone"
    if SERVICE.fullmatch(said) and not is_round(digits):
        return "phone"
    return "card" if _is_card(groups, separators) else None


def is_identity(digits: str) -> bool:
    """Whether 15 or 18 digits begin with a province and hold a day of birth.

    That is rarer than a right check digit, which is not asked for: with one digit
    mistyped it is that person's number still.
    """
    born = digits[6:14] if len(digits) == 18 else f"19{digits[6:12]}"
    if digits[:2] not in PROVINCES or not digits[:-1].isdecimal():
        return False
    try:
        year = date.fromisoformat(f"{born[:4]}-{born[4:6]}-{born[6:]}").year
    except ValueError:
        return False
    return 1890 <= year <= 2100


def is_credit_code(code: str) -> bool:
    """Whether 18 lower-case characters are a unified social credit code.

    Σ cᵢ·3ⁱ ≡ 0 (mod 31) over all 18 with the check character's weight 1, as in
    GB 32100-2015. Where a letter and a province stand in it a wrong check character
    does not clear it: it is that firm's code still.
    """
    if not CODE.fullmatch(code) or is_identity(code):
        return False
    place = code[2:4] in PROVINCES | {"10"}  # 10: registered with the nation
    if code.isdecimal() and not place:
        return False
    weighed = sum(
        CODE_ALPHABET.index(char) * pow(3, i, 31) for i, char in enumerate(code[:17])
    )
    certain = place and not code.isdecimal()
    return certain or (weighed + CODE_ALPHABET.index(code[17])) % 31 == 0


def is_round(digits: str) -> bool:
    """Whether a number ends like a sum does: 4000000000."""
    return digits.endswith("00000")


def passes_luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812 that card numbers pass."""
    doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _is_mobile(groups: Sequence[str], separators: Sequence[str]) -> bool:
    if len(groups) > 1 and groups[0] in ("86", "0086") and separators[0] != ".":
        groups, separators = groups[1:], separators[1:]
    else:
        groups = (PREFIX.sub("", groups[0]), *groups[1:])
    dotted = "." in separators and len(groups) < 3  # 139.12345678 is a number
    return (
        tuple(map(len, groups)) in MOBILE_GROUPS
        and len(set(separators)) < 2
        and not dotted
        and bool(MOBILE.fullmatch("".join(groups)))
    )


def _is_card(groups: Sequence[str], separators: Sequence[str]) -> bool:
    digits = "".join(groups)
    if not 13 <= len(digits) <= 19 or is_round(digits) or len(set(separators)) > 1:
        return False
    sizes = ",".join(str(len(g)) for g in groups)
    grouped = len(groups) == 1 or ("." not in separators and CARD_GROUPS.match(sizes))
    return bool(grouped and CARD.fullmatch(digits)) and passes_luhn(digits)


def _is_list(groups: Sequence[str]) -> bool:
    """Whether groups are round sums or years side by side: 150 2000 3000."""
    years = all(len(g) == 4 and g[:2] in ("19", "20") for g in groups)
    sums = groups[0][-1] == "0" and all(g.endswith("00") for g in groups[1:])
    return len(groups) > 1 and (years or sums)
