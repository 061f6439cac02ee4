"""The report: one HTML file that needs no network and no other file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from eval.against import Differences
from eval.outcome import Outcome
from prompts import words

TEMPLATE = Path(__file__).with_name("report.html")


def report_page(
    outcome: Outcome, config: Mapping[str, Any], changes: Differences | None
) -> str:
    """The page; whatever stands in questions and answers is shown, never run."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    template = environment.from_string(TEMPLATE.read_text("utf-8"))
    return template.render(
        words=words("evaluation.report"),
        config=config,
        sections=outcome.sections,
        failures=[row for row in outcome.rows if not row.passed],
        total=len(outcome.rows),
        changes=changes,
    )
