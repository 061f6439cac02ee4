"""An OpenAI-compatible chat endpoint on loopback that answers as a script says.

`script(request_body, call_number)` gives the reply to each request, counted from 1:

    with scripted_endpoint(lambda request, call: Text("你好")) as url:
        ChatOpenAI(base_url=url, model="scripted", api_key="none").invoke("在吗")

Streamed (`stream: true`) or whole, as the request wants it.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Event, Lock
from typing import Any

from model_server import Reply as Response
from model_server import model_server

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
    """The connection is cut after so many bytes of the body."""

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


@contextmanager
def scripted_endpoint(
    script: Script, requests: list[Request] | None = None
) -> Iterator[str]:
    """The base URL (…/v1) of a server that follows a script until the end of `with`.

    Every request is put into `requests` then. A stall ends with the server.
    """
    lock, numbers, ending = Lock(), count(1), Event()

    def answer(body: dict[str, Any]) -> Response:
        with lock:
            reply = script(body, next(numbers))
        if isinstance(reply, Stall):
            ending.wait(reply.seconds)
        return response(reply, stream=body.get("stream") is True)

    with model_server(answer) as server:
        try:
            yield server.url
        finally:
            ending.set()
    if requests is not None:
        sent = zip(server.paths, server.headers, server.requests, strict=True)
        requests += [Request(*one) for one in sent]


def response(reply: Reply, *, stream: bool) -> Response:
    """A reply as HTTP."""
    match reply:
        case Status(code, body, headers):
            kind = "application/json"
            return Response((body.encode(),), code, kind, headers=headers)
        case Garbage(content, kind):
            return Response((content,), kind=kind)
        case HtmlPage(html):
            return Response((html.encode(),), kind="text/html; charset=utf-8")
        case Drip(text, delay):
            return replace(_completion(Said(text, size=1), stream), pause=delay)
        case Truncated(text):
            return _completion(Said(text, finish="length"), stream)
        case Dropped(after_bytes, content):
            return _cut(_completion(Said(content), stream), after_bytes)
        case Text(content) | Stall(_, content):
            return _completion(Said(content), stream)
        case ToolCall():
            return _completion(Said(calls=(reply,), finish="tool_calls"), stream)
        case ToolCalls(calls):
            return _completion(Said(calls=calls, finish="tool_calls"), stream)


def _cut(whole: Response, after_bytes: int) -> Response:
    body = b"".join(whole.parts)[:after_bytes]
    return replace(whole, parts=(body,) if body else (), cut=True)


@dataclass(frozen=True)
class Said:
    """The message of a completion."""

    text: str = ""
    calls: tuple[ToolCall, ...] = field(default=())
    finish: str = "stop"
    size: int = PIECE  # characters in a chunk


def _completion(said: Said, stream: bool) -> Response:
    if stream:
        return Response(tuple(_events(said)))
    body = _json(_whole(said))
    step = max(1, len(body) * said.size // max(1, len(said.text)))
    parts = tuple(body[i : i + step] for i in range(0, len(body), step))
    return Response(parts, kind="application/json")


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
