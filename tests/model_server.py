"""An OpenAI-compatible endpoint on loopback that says what a script tells it to."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One HTTP response: its parts, with a pause before each."""

    parts: tuple[bytes, ...]
    status: int = 200
    kind: str = "text/event-stream"
    pause: float = 0.0  # seconds before each part
    cut: bool = False  # end the connection without its proper end
    headers: tuple[tuple[str, str], ...] = ()


Script = Callable[[dict[str, Any]], Reply]


def event(text: str | None, finish: str | None = None) -> bytes:
    """One chunk of a streamed chat completion."""
    delta = {"content": text} if text is not None else {}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    row = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": [choice],
    }
    return f"data: {json.dumps(row, ensure_ascii=False)}\n\n".encode()


def says(text: str, *, size: int = 40, finish: str = "stop", pause: float = 0) -> Reply:
    """A reply streamed in chunks of `size` characters."""
    chunks = [event(text[i : i + size]) for i in range(0, len(text), size)]
    end = [event(None, finish), b"data: [DONE]\n\n"]
    return Reply((*chunks, *end), pause=pause)


def words(*sentences: tuple[str, list[int]]) -> Reply:
    """A reply in the form that wording wants."""
    rows = [{"text": text, "markers": markers} for text, markers in sentences]
    return says(json.dumps({"sentences": rows}, ensure_ascii=False))


@dataclass
class ModelServer:
    """The running endpoint, the requests it got, and the script it follows."""

    script: Script
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


class Server(ThreadingHTTPServer):
    """Quiet about callers that leave."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*_)


@contextmanager
def model_server(script: Script) -> Iterator[ModelServer]:
    """Serve a script on a free port of loopback."""
    state = ModelServer(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.requests.append(json.loads(body))
            state.headers.append({k.lower(): v for k, v in self.headers.items()})
            state.paths.append(self.path)
            with suppress(OSError):  # the caller may leave
                self.answer(state.script(state.requests[-1]))

        def answer(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Transfer-Encoding", "chunked")
            for name, value in reply.headers:
                self.send_header(name, value)
            self.end_headers()
            for part in reply.parts:
                time.sleep(reply.pause)
                self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
                self.wfile.flush()
            if reply.cut:
                self.close_connection = True
                self.connection.close()
            else:
                self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = Server(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
