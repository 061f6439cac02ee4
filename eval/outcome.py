"""What a command of the evaluation found, and the folder it is written to."""

import csv
import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assistant.chat import Assistant
from assistant.refusal import decision_model
from assistant.versions import versions_of
from index.search import WEIGHTS

PACKAGES = ("chromadb", "onnxruntime", "numpy", "bm25s", "scikit-learn", "langchain")
CASES, METRICS, CONFIG, REPORT = (
    *("cases.csv", "metrics.json"),
    *("config.json", "report.html"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One graded case, rule line or attack, as a person reads it."""

    id: str
    kind: str
    passed: bool
    reason: str = ""  # what is wrong
    question: str = ""
    answer: str = ""
    gold: str = ""
    documents: str = ""
    note: str = ""  # why the gold is so


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the report, with a picture where there is one."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    picture: str = ""  # SVG


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that was measured."""

    rows: Sequence[Row]
    metrics: Mapping[str, Any]
    sections: Sequence[Section]


def write_outcome(
    outcome: Outcome, folder: Path, config: Mapping[str, Any], page: str
) -> None:
    """Write the rows, the metrics, the configuration and the report's page."""
    names = [f.name for f in fields(Row)]
    with (folder / CASES).open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, names)  # -sig: or Excel takes it for GBK
        table.writeheader()
        table.writerows(asdict(row) for row in outcome.rows)
    write_json(folder / METRICS, outcome.metrics)
    write_json(folder / CONFIG, config)
    (folder / REPORT).write_text(page, "utf-8")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a mapping to be read by people as well."""
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
    path.write_text(text + "\n", "utf-8")


def configuration(
    assistant: Assistant,
    command: Sequence[str],
    gold: Sequence[Path],
    model: str | None = None,
) -> dict[str, Any]:
    """Everything that the result depends on, so that it can be had again."""
    return {
        "command": ["python", "-m", "eval", *command],
        "run_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "gold": {str(path): _sha256(path) for path in gold},
        "versions": asdict(versions_of(assistant.index.manifest, model)),
        "search_weights": dict(WEIGHTS),
        "refusal_threshold": decision_model().threshold,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
