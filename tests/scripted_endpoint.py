"""An OpenAI-compatible chat endpoint on loopback that answers as a script says.

`script(request_body, call_number)` gives the reply to each request, counted from 1:

    with scripted_endpoint(lambda request, call: Text("你好")) as url:
        ChatOpenAI(base_url=url, model="scripted", api_key="none").invoke("在吗")

Streamed (`stream: true`) or whole, as the request wants it.
"""

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATH = "/v1/chat/completions"
PIECE = 8  # characters in a chunk of a stream


@dataclass(frozen=True)
class Text:
    """An ordinary reply."""

    content: str


@dataclass(frozen=True)
class ToolCall:
    """A call of a tool; `arguments` as an object, or as text that may be no JSON."""

    name: str
    arguments: dict[str, Any] | str


@dataclass(frozen=True)
class ToolCalls:
    """Several calls of tools at once."""

    calls: tuple[ToolCall, ...]


@dataclass(frozen=True)
class Status:
    """An HTTP error."""

    code: int
    body: str = '{"error": {"message": "scripted", "type": "scripted"}}'
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Stall:
    """Not a byte for so many seconds, then a reply after all."""

    seconds: float
    content: str = "来晚了"


@dataclass(frozen=True)
class Drip:
    """A reply of a character at a time, `delay` seconds before each."""

    text: str
    delay: float


@dataclass(frozen=True)
class Truncated:
    """A reply that ends because it got too long: finish_reason "length"."""

    text: str


@dataclass(frozen=True)
class Dropped:
    """The connection is cut after so many bytes of the body; 0: before the head."""

    after_bytes: int
    content: str = "说到一半就断了"


@dataclass(frozen=True)
class Garbage:
    """Any bytes with status 200."""

    content: bytes
    kind: str = "application/json"


@dataclass(frozen=True)
class HtmlPage:
    """What a proxy or a wrong address answers: a web page with status 200."""

    html: str = "<!doctype html><title>Welcome</title><h1>It works!</h1>"


Reply = (
    Text
    | ToolCall
    | ToolCalls
    | Status
    | Stall
    | Drip
    | Truncated
    | Dropped
    | Garbage
    | HtmlPage
)
Script = Callable[[dict[str, Any], int], Reply]


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    path: str
    headers: dict[str, str]  # names in lower case
    body: dict[str, Any]


@dataclass(frozen=True)
class Response:
    """What goes over the wire."""

    parts: tuple[bytes, ...]
    kind: str = "application/json"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0  # seconds before each part
    cut_after: int | None = None  # bytes of the body, None: sent to its end


@contextmanager
def scripted_endpoint(
    script: Script, requests: list[Request] | None = None
) -> Iterator[str]:
    """The base URL (…/v1) of a server that follows a script until the end of `with`.

    Every request is put into `requests`. A stall ends with the server.
    """
    server = Server(script, [] if requests is None else requests)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.ending.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Server(ThreadingHTTPServer):
    """On a free port; joins its threads at the end, quiet about callers that leave."""

    daemon_threads = False

    def __init__(self, script: Script, requests: list[Request]) -> None:
        self.script = script
        self.requests = requests
        self.calls = 0
        self.lock = threading.Lock()
        self.ending = threading.Event()
        super().__init__(("127.0.0.1", 0), Conversation)

    def reply(self, request: Request) -> Reply:
        """What the script says to the next request, one at a time."""
        with self.lock:
            self.calls += 1
            self.requests.append(request)
            return self.script(request.body, self.calls)

    def handle_error(self, *args: Any) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*args)


class Conversation(BaseHTTPRequestHandler):
    """One connection, closed after one answer so that no thread waits for another."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.path, headers, json.loads(sent))
        self.close_connection = True
        if self.path != PATH:
            self._send(Response((b"{}",), status=404))
            return
        reply = self.server.reply(request)
        if isinstance(reply, Stall):
            self.server.ending.wait(reply.seconds)
        with suppress(OSError):  # the caller may have left
            self._send(response(reply, stream=request.body.get("stream") is True))

    def _send(self, answer: Response) -> None:
        if answer.cut_after != 0:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Transfer-Encoding", "chunked")
            self.send_header("Connection", "close")
            for name, value in answer.headers:
                self.send_header(name, value)
            self.end_headers()
        left = answer.cut_after
        for part in answer.parts:
            if answer.delay:
                self.server.ending.wait(answer.delay)
            piece = part if left is None else part[:left]
            left = None if left is None else left - len(piece)
            if piece:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            if left == 0:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        """Quiet."""


def response(reply: Reply, *, stream: bool) -> Response:
    """A reply as HTTP."""
    match reply:
        case Status(code, body, headers):
            return Response((body.encode(),), status=code, headers=headers)
        case Garbage(content, kind):
            return Response((content,), kind)
        case HtmlPage(html):
            return Response((html.encode(),), "text/html; charset=utf-8")
        case Drip(text, delay):
            return _completion(Said(text, size=1), stream, delay=delay)
        case Truncated(text):
            return _completion(Said(text, finish="length"), stream)
        case Dropped(after_bytes, content):
            return _completion(Said(content), stream, cut_after=after_bytes)
        case Text(content) | Stall(_, content):
            return _completion(Said(content), stream)
        case ToolCall():
            return _completion(Said(calls=(reply,), finish="tool_calls"), stream)
        case ToolCalls(calls):
            return _completion(Said(calls=calls, finish="tool_calls"), stream)


@dataclass(frozen=True)
class Said:
    """The message of a completion."""

    text: str = ""
    calls: tuple[ToolCall, ...] = field(default=())
    finish: str = "stop"
    size: int = PIECE  # characters in a chunk


def _completion(
    said: Said, stream: bool, *, delay: float = 0.0, cut_after: int | None = None
) -> Response:
    kind = "text/event-stream" if stream else "application/json"
    if stream:
        parts = tuple(_events(said))
    else:
        body = _json(_whole(said))
        step = max(1, len(body) // max(1, len(said.text))) if delay else len(body)
        parts = tuple(body[i : i + step] for i in range(0, len(body), step))
    return Response(parts, kind, delay=delay, cut_after=cut_after)


def _whole(said: Said) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": said.text or None}
    if said.calls:
        message["tool_calls"] = _tool_calls(said)
    choice = {"index": 0, "message": message, "finish_reason": said.finish}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {**_head("chat.completion"), "choices": [choice], "usage": usage}


def _events(said: Said) -> Iterator[bytes]:
    deltas: list[dict[str, Any]] = [{"role": "assistant"}]
    pieces = range(0, len(said.text), said.size)
    deltas += [{"content": said.text[i : i + said.size]} for i in pieces]
    for position, call in enumerate(_tool_calls(said)):
        deltas.append({"tool_calls": [{"index": position, **call}]})
    ends = [None] * len(deltas) + [said.finish]
    for delta, end in zip([*deltas, {}], ends, strict=True):
        choice = {"index": 0, "delta": delta, "finish_reason": end}
        chunk = {**_head("chat.completion.chunk"), "choices": [choice]}
        yield b"data: %b\n\n" % _json(chunk)
    yield b"data: [DONE]\n\n"


def _tool_calls(said: Said) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []
    for position, call in enumerate(said.calls, 1):
        given = call.arguments
        arguments = given if isinstance(given, str) else _json(given).decode()
        function = {"name": call.name, "arguments": arguments}
        calls.append(
            {"id": f"call_{position}", "type": "function", "function": function}
        )
    return calls


def _head(kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1, "model": "scripted"}


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
