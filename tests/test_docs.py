"""Every command and every setting stands in the documentation."""

import argparse
import datetime
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def load(name: str):
    """Import a module; skip while it is not written, fail when it is but is broken."""
    if not (ROOT / name.replace(".", "/")).with_suffix(".py").exists():
        pytest.skip(f"{name} is not written yet")
    return importlib.import_module(name)


@pytest.fixture(scope="module")
def docs() -> str:
    pages = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
    return "\n".join(
        page.read_text(encoding="utf-8") for page in pages if page.exists()
    )


@pytest.mark.parametrize("package", ["index", "assistant", "eval"])
def test_every_command_is_documented(package: str, docs: str):
    parser = load(f"{package}.__main__").parser()
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    names = [name for group in groups for name in group.choices]
    commands = [f"python -m {package} {name}" for name in names]
    assert commands
    assert [c for c in commands if not re.search(rf"{c}(?![\w-])", docs)] == []


def test_every_setting_is_documented(docs: str):
    settings = load("index.settings").Settings
    prefix = settings.model_config["env_prefix"]
    names = [
        str(field.validation_alias or prefix + name).upper()
        for name, field in settings.model_fields.items()
    ]
    assert names
    assert [n for n in names if not re.search(rf"(?<!\w){n}(?!\w)", docs)] == []


def test_readme_shows_what_the_program_prints(docs: str):
    from assistant.chat import Assistant
    from assistant.session import Session
    from index.settings import Settings

    assistant = Assistant.load(Settings())
    shown = re.findall(r'ask "(.+?)" --as-of (\S+)\n(.+?)(?=\n\n\$ |\n```)', docs, re.S)
    assert len(shown) >= 3
    for question, day, printed in shown:
        as_of = datetime.date.fromisoformat(day)
        assert assistant.ask(question, Session(), as_of).to_markdown() == printed
