"""Everything a user reads: `say("messages.no_file", file=…)` looks it up, fills it in.

The words stand in the YAML files of this folder, one mapping a file.
"""

from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

FOLDER = Path(__file__).parent


class UnknownWords(KeyError):
    """No entry of that name in prompts/, or no value for a variable of its template."""


def words(key: str) -> Any:
    """The entry at `file.name[.name…]`: a string, a list or a mapping.

    Raises UnknownWords when there is none.
    """
    file, *path = key.split(".")
    entry: Any = _file(file)
    for name in path:
        if not isinstance(entry, dict) or name not in entry:
            raise UnknownWords(f"prompts/{file}.yaml has no entry {'.'.join(path)!r}")
        entry = cast(dict[str, Any], entry)[name]
    return entry


def say(key: str, /, **values: object) -> str:
    """The sentence at `key` with its {variables} filled in.

    Raises UnknownWords when the entry or one of its variables is missing.
    """
    template = words(key)
    if not isinstance(template, str):
        raise UnknownWords(f"{key!r} is not a sentence")
    try:
        return template.format(**values)
    except KeyError as missing:
        raise UnknownWords(f"{key!r} needs the value {missing}") from missing


@cache
def _file(name: str) -> dict[str, Any]:
    path = FOLDER / f"{name}.yaml"
    if not path.is_file():
        raise UnknownWords(f"there is no prompts/{name}.yaml")
    return yaml.safe_load(path.read_text("utf-8"))
