"""Whether an answer says something: sums and shares by value, all else by letters."""

import re
import unicodedata

from eval.supported import numbers

BETWEEN = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")  # of thousands
DRESS = re.compile(r"[\s*`_#>|]")


def says(text: str, wanted: str) -> bool:
    """Whether `text` holds `wanted`: 500万元 is also 五百万元 and 5,000,000元.

    A number inside a longer one does not count: 15万 does not say 5万.
    """
    want = flat(wanted)
    left = r"(?<![\d.])" if want[:1].isdigit() else ""
    right = r"(?!\d)" if want[-1:].isdigit() else ""
    if re.search(left + re.escape(want) + right, flat(text)):
        return True
    values = {n for n in numbers(wanted) if n[0]}
    alone = re.fullmatch(r"[\d.零一二两三四五六七八九十百千万亿成元%‰]+", want)
    return bool(values) and alone is not None and values <= numbers(text)


def flat(text: str) -> str:
    """Text in one width, without white space, emphasis and marks of thousands."""
    plain = DRESS.sub("", unicodedata.normalize("NFKC", BETWEEN.sub("", text)))
    return plain.translate(str.maketrans("“”‘’「」『』〔〕", '""\'\'""""()')).lower()
