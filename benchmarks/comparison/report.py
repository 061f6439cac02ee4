"""docs/comparison.md from the measured numbers; nothing in it is typed in by hand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
TARGET = HERE.parent.parent / "docs" / "comparison.md"


def write_report(results: Mapping[str, Any], target: Path = TARGET) -> Path:
    """Fill the template comparison.md.j2 and return what was written."""
    environment = Environment(
        loader=FileSystemLoader(HERE),
        undefined=StrictUndefined,
        autoescape=False,  # Markdown, of numbers only
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["share"] = share
    text = environment.get_template("comparison.md.j2").render(results)
    target.write_text(text, "utf-8")
    return target


def share(rate: Mapping[str, int] | None) -> str:
    """A counted share for a table: 0.970 (131/135); a dash where there is none."""
    if rate is None or not rate["of"]:
        return "—"
    return f"{rate['right'] / rate['of']:.3f} ({rate['right']}/{rate['of']})"
