"""The whole application behind a real HTTP server in this process."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from chroma_server import free_port

from assistant.web.desk import Desk
from assistant.web.server import create_app


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """The address of a server that runs as long as the context."""
    port = free_port()
    config = uvicorn.Config(
        create_app(desk), host="127.0.0.1", port=port, log_config=None, workers=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
