"""The product beside what a user would pick instead: python -m benchmarks.comparison

Makes an environment for the contenders in var/comparison (a few minutes and 2 GB the
first time), runs each in a process of its own on the same texts, questions and model,
and writes docs/comparison.md with its numbers in benchmarks/comparison/results.json.
"""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.comparison.job import Job, Report, read_report
from benchmarks.comparison.report import write_report
from benchmarks.comparison.scoring import score
from eval.cases import Case
from eval.gate import gate_cases
from index.read import read_corpus
from index.settings import Settings

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SCRATCH = ROOT / "var" / "comparison"
REQUIREMENTS = HERE / "requirements.txt"
CONTENDERS = {
    "product": ("product",),
    "langchain": ("langchain_rag",),
    "langchain_chinese": ("langchain_rag", "300", "60"),
    "llamaindex": ("llamaindex_rag",),
}


def main() -> None:
    cases = [case for case in gate_cases() if len(case.turns) == 1]
    corpus = read_corpus()
    python = environment(SCRATCH / "venv")
    rows: dict[str, Any] = {}
    for name in CONTENDERS:
        print(f"{name} …", flush=True)
        interpreter = sys.executable if name == "product" else str(python)
        report = replies(name, interpreter, cases)
        rows[name] = asdict(score(cases, report, corpus))
    results = {"cases": count(cases), "versions": versions(), "contenders": rows}
    text = json.dumps(results, ensure_ascii=False, indent=1)
    (HERE / "results.json").write_text(text + "\n", "utf-8")
    print(write_report(results))


def environment(folder: Path) -> Path:
    """The contenders' Python, with what requirements.txt names; made when missing."""
    python, stamp = folder / "bin" / "python", folder / "requirements.txt"
    wanted = REQUIREMENTS.read_text("utf-8")
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        venv.create(folder, clear=True, with_pip=True)
        pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
        index = os.environ.get("TORCH_INDEX")  # as for make install
        extra = ["--extra-index-url", index] if index else []
        subprocess.run([*pip, *extra, "-r", REQUIREMENTS], check=True)
        stamp.write_text(wanted, "utf-8")
    return python


def replies(name: str, python: str, cases: Sequence[Case]) -> Report:
    """What a contender replied, in a process of its own with an index of its own."""
    module, *given = CONTENDERS[name]
    folder = SCRATCH / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    job, report = folder / "job.json", folder / "report.json"
    made = Job(
        texts={p.name: read_raw(p) for p in sorted((ROOT / "index/corpus").iterdir())},
        questions=[case.turns[0].user for case in cases],
        days=[case.as_of.isoformat() for case in cases],
        model=str(Path(Settings().model).resolve()),
        folder=str(folder / "index"),
        top_k=5,
    )
    job.write_text(json.dumps(asdict(made), ensure_ascii=False), "utf-8")
    command = [python, "-m", f"benchmarks.comparison.{module}", job, report, *given]
    quiet = {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | quiet)
    return read_report(report)


def read_raw(path: Path) -> str:
    """A raw text with every character where the clauses' places count it."""
    return path.read_bytes().decode("utf-8-sig")


def count(cases: Sequence[Case]) -> dict[str, int]:
    """How many questions there are of each sort."""
    expects = [case.turns[0].expect for case in cases]
    return {
        "all": len(cases),
        "clauses": sum(bool(e.clauses) for e in expects),
        "sums": sum(bool(e.amounts) for e in expects),
        "refuse": sum(e.behaviour == ("refuse",) for e in expects),
    }


def versions() -> dict[str, str]:
    """Of the contenders as pinned, and of what all share as installed."""
    lines = REQUIREMENTS.read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    return pinned | {"python": sys.version.split()[0], "numpy": version("numpy")}


if __name__ == "__main__":
    main()
