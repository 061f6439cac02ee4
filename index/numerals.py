"""Chinese numerals of clause numbers: 二十三 ⇄ 23, 一百二十之一 stays as printed."""

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000}
NUMERAL = "[零〇一二两三四五六七八九十百千]+"


def to_int(numeral: str) -> int:
    """The value of a Chinese or Arabic whole number below 10,000.

    Raises ValueError for anything else.
    """
    if numeral.isdecimal():
        return int(numeral)
    total = digit = 0
    for char in numeral:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in UNITS:
            total += (digit or 1) * UNITS[char]
            digit = 0
        else:
            raise ValueError(f"{numeral!r} is not a number")
    return total + digit


def to_chinese(number: int) -> str:
    """The Chinese numeral of 1 to 99, as used for clause numbers."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else digits[tens]) + "十" if tens else ""
    return head + (digits[ones] if ones or not tens else "")
