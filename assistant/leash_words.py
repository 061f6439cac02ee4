"""The words by which a model's sentence is judged, from verify.yaml."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from index.yaml_files import load_yaml

FILE = Path(__file__).with_name("verify.yaml")


@cache
def leash_words() -> Mapping[str, Any]:
    """The rows of verify.yaml."""
    return load_yaml(FILE)


@cache
def pattern(name: str) -> re.Pattern[str]:
    """One row as a regular expression; bounds_before.at_most for a row of rows."""
    row: Any = leash_words()
    for part in name.split("."):
        row = row[part]
    return re.compile(row)
