"""Whether a quote stands in a clause, punctuation and width aside."""

import unicodedata


def verbatim(quote: str, text: str) -> bool:
    """Whether each part of a quote stands in a text, in order, letters alone."""
    whole, at = letters(text), 0
    for part in quote.split("…"):
        wanted = letters(part)
        at = whole.find(wanted, at)
        if at < 0:
            return False
        at += len(wanted)
    return bool(letters(quote))


def letters(text: str) -> str:
    """The letters, digits and number signs of a text, in one width."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if c.isalnum() or c in "%.:/")
