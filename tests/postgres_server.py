"""A real PostgreSQL server in a temporary folder, and empty databases in it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg
from chroma_server import free_port

from assistant.session import new_id

# Debian keeps the server's programs out of PATH, by version.
FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
SETTINGS = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -p {port}"
OWNER = "postgres"  # Debian's; the server refuses to run as root


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, None where no server is installed."""
    return next((f for f in FOLDERS if (f / "initdb").exists()), None)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a server that runs as long as the context, without a database."""
    found = programs()
    assert found
    folder, port = Path(mkdtemp(prefix="postgres-")), free_port()
    if not os.geteuid():
        shutil.chown(folder, OWNER)
    data, log = folder / "data", folder / "log"
    control = [found / "pg_ctl", "-D", data, "-w"]
    try:
        own(found / "initdb", "-D", data, "-A", "trust", "-U", OWNER, "-E", "UTF8")
        own(*control, "-l", log, "-o", SETTINGS.format(port=port), "start")
        try:
            yield f"postgresql+psycopg://{OWNER}@127.0.0.1:{port}"
        finally:
            own(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def empty_database(server: str) -> str:
    """The address of a new database."""
    name = new_id().lower()
    plain = server.replace("+psycopg", "")
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as db:
        db.execute(f'create database "t{name}"')
    return f"{server}/t{name}"


def own(*command: Path | str) -> None:
    """Run a program, as the server's owner where we are root."""
    as_owner = ["runuser", "-u", OWNER, "--"] if not os.geteuid() else []
    done = subprocess.run(
        [*as_owner, *map(str, command)],
        cwd="/",
        stdout=subprocess.DEVNULL,  # a pipe would stay open in the server
        stderr=subprocess.DEVNULL,
    )
    assert done.returncode == 0, command
