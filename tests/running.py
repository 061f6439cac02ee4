"""The program as a user starts it: `python app.py`, in a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chroma_server import free_port

ROOT = Path(__file__).parent.parent


@contextmanager
def process(
    data: Path, model_folder: Path, folder: Path, **more: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process of `python app.py` with settings of its own, and its address."""
    port = int(more.get("POLICY_PORT", free_port()))
    settings = {
        "POLICY_DATA": str(data),
        "POLICY_MODEL": str(model_folder),
        "POLICY_PORT": str(port),
        "POLICY_AS_OF": "2026-11-22",
        "POLICY_CHROMA_URL": "",
        "POLICY_DATABASE_URL": "",
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_OFFLINE": "1",
        **more,
    }
    log = folder / "log"
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env=os.environ | settings,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        while not listens(port):
            assert server.poll() is None, log.read_text("utf-8")
            time.sleep(0.1)
        yield server, f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()
    assert "Traceback" not in log.read_text("utf-8")


@contextmanager
def running(data: Path, model_folder: Path, folder: Path, **more: str) -> Iterator[str]:
    """Where `python app.py` serves the pages, with settings of its own."""
    with process(data, model_folder, folder, **more) as (_, url):
        yield url


def listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0
