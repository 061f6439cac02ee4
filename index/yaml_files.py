"""YAML data files: duplicate keys refused, each entry checked, errors in Chinese."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, ValidationError

from prompts import say, words

M = TypeVar("M", bound=BaseModel)


class DataError(Exception):
    """A data file that an officer edits is wrong; says which field and what to do."""


class _UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML keeps the last of two equal keys silently; here that is an error."""


def _mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = (key_node.tag, str(key_node.value))
        if key in seen:
            problem = say("messages.duplicate_key", key=key_node.value)
            raise yaml.MarkedYAMLError(
                problem=problem, problem_mark=key_node.start_mark
            )
        seen.add(key)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


def _date(loader: _UniqueKeyLoader, node: yaml.ScalarNode) -> Any:
    try:
        return yaml.SafeLoader.construct_yaml_timestamp(loader, node)
    except ValueError as error:
        problem = say("messages.no_such_day", date=node.value)
        raise yaml.MarkedYAMLError(
            problem=problem, problem_mark=node.start_mark
        ) from error


_UniqueKeyLoader.add_constructor("tag:yaml.org,2002:timestamp", _date)
_UniqueKeyLoader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping
)


class _ExactLoader(_UniqueKeyLoader):
    """Numbers as Decimal from the text of the scalar, so that none is rounded."""


def _decimal(loader: _ExactLoader, node: yaml.ScalarNode) -> Decimal:
    text = str(loader.construct_scalar(node)).replace("_", "")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        problem = say("messages.not_decimal", number=node.value)
        raise yaml.MarkedYAMLError(
            problem=problem, problem_mark=node.start_mark
        ) from error


for _tag in ("int", "float"):
    _ExactLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _decimal)


def load_yaml(path: Path, *, exact: bool = False) -> Any:
    """The content of a YAML file; `exact` reads its numbers as Decimal.

    Raises DataError when it is missing, is not YAML or has a key twice.
    """
    try:
        return load_text(path.read_text("utf-8"), exact=exact)
    except FileNotFoundError as error:
        raise DataError(say("messages.no_file", file=path)) from error
    except UnicodeDecodeError as error:
        raise DataError(say("messages.not_utf8", file=path)) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else "?"
        problem = error.problem or ""
        raise DataError(
            say("messages.not_yaml", file=path, line=line, problem=problem)
        ) from error
    except yaml.YAMLError as error:
        raise DataError(say("messages.control_character", file=path)) from error


def load_text(text: str, *, exact: bool = False) -> Any:
    """The content of YAML text; raises yaml.YAMLError."""
    return yaml.load(text, _ExactLoader if exact else _UniqueKeyLoader)


def load_entries(path: Path, model: type[M], *, exact: bool = False) -> list[M]:
    """A YAML list as checked models, in order; `exact` reads numbers as Decimal.

    Raises DataError naming the file, the entry, the field and the remedy.
    """
    content = load_yaml(path, exact=exact)
    if not isinstance(content, list):
        raise DataError(say("messages.not_a_list", file=path))
    entries: list[M] = []
    for number, row in enumerate(cast(list[Any], content), 1):
        try:
            entries.append(model.model_validate(row))
        except ValidationError as error:
            fields = cast(dict[str, Any], row) if isinstance(row, dict) else {}
            entry = fields.get("id") or number
            problems = "\n".join(explain(error))
            raise DataError(
                say("messages.bad_entry", file=path, entry=entry) + problems
            ) from error
    return entries


def explain(error: ValidationError, key: str = "messages.validation") -> list[str]:
    """One Chinese line for each problem that pydantic found: field, fault, remedy.

    The sentences, by pydantic's names of what may be wrong, stand at `key`.
    """
    kinds: dict[str, str] = words(key)
    lines: list[str] = []
    for problem in error.errors():
        field = ".".join(str(part) for part in problem["loc"]) or "-"
        template = kinds.get(problem["type"], kinds["other"])
        context = problem.get("ctx", {})
        detail = str(context.get("error", context.get("expected", problem["msg"])))
        lines.append(
            template.format(field=field, input=problem["input"], detail=detail)
        )
    return lines
