"""What an answer was made from and with, so that it can be told what has changed."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from index.build import Manifest

ROOT = Path(__file__).parent.parent
SHOWN = 12  # characters of a hash


@dataclass(frozen=True, slots=True)
class Versions:
    """Hashes of all that decides an answer; `language_model` is None without one."""

    corpus: str  # texts and index
    rules: str  # rulebook, vocabulary, intents: every YAML file of assistant/
    prompts: str
    embedding: str  # the model's name
    code: str  # release, and a hash of the sources
    language_model: str | None = None


def versions_of(
    manifest: Manifest, language_model: str | None = None, root: Path = ROOT
) -> Versions:
    """The versions of the program in `root` with an index built as `manifest` says.

    To be taken at the start: files changed later are not what is running.
    """
    sources = (p for d in ("index", "assistant") for p in (root / d).glob("*.py"))
    pyproject = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    release = pyproject["project"]["version"]
    return Versions(
        corpus=manifest.corpus[:SHOWN],
        rules=_hash(root, (root / "assistant").rglob("*.yaml")),
        prompts=_hash(root, (root / "prompts").iterdir()),
        embedding=manifest.model,
        code=f"{release}+{_hash(root, sources)}",
        language_model=language_model,
    )


def _hash(root: Path, paths: Iterable[Path]) -> str:
    """One hash of files by their names and contents."""
    digest = sha256()
    for path in sorted(p for p in paths if p.is_file()):
        content = sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()[:SHOWN]
