# pyright: basic
"""A language model behind an OpenAI-compatible endpoint: a reply or a Failed.

LangChain's chat model does the talking, in a thread that is left at the deadline: a
server that stalls, or sends a byte now and then, holds up nobody.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from queue import Empty, Queue
from ssl import SSLContext, create_default_context
from threading import Event, Lock, Thread
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from index.settings import Settings
from prompts import say

Failure = Literal["timeout", "status", "truncated", "dropped", "empty", "left_out"]
Message = tuple[Literal["system", "user"], str]

ATTEMPTS = 2  # the first and one more, where the failure may pass
PAUSE = 0.3  # seconds between them
FAILURES = 3  # in a row, until the endpoint is left out
LEFT_OUT = 60.0  # seconds
LONGEST_DEADLINE = 120
# Neither LangChain nor the client below checks what a server sends: what they stumble
# over is the server's garbage (a Warning where warnings are errors).
GARBAGE = (ValueError, TypeError, LookupError, AttributeError, RuntimeError, Warning)
LONGEST_REPLY = 8000  # characters
MOST_TOKENS = 800


class BadEndpoint(Exception):
    """A setting of the endpoint is wrong; names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no reply; `status` is that of HTTP. No word of the server's."""

    why: Failure
    status: int = 0

    @property
    def passing(self) -> bool:
        """Whether another attempt may fare better."""
        return self.why == "dropped" or self.status == 429 or self.status >= 500


@dataclass(slots=True)
class Endpoint:
    """One endpoint, shared by all askers; knows how it has fared of late."""

    url: str
    model: str
    key: SecretStr
    deadline: float = 8.0  # seconds for all that is asked of it in one turn
    clock: Callable[[], float] = time.monotonic  # of the pause after failures
    _lock: Lock = field(default_factory=Lock)
    _failures: int = 0
    _back_at: float = float("-inf")

    def warm(self) -> None:
        """Load LangChain's part behind the scenes: it takes seconds, once."""
        Thread(target=_libraries, name="model", daemon=True).start()

    def left_out(self) -> bool:
        """Whether it failed three times in a row less than a minute ago."""
        with self._lock:
            return self.clock() < self._back_at

    def stream(
        self, messages: Sequence[Message], until: float
    ) -> Iterator[str | Failed]:
        """The reply in pieces, by time.monotonic() `until`; a Failed ends it early."""
        if self.left_out():
            yield Failed("left_out")
            return
        failed: Failed | None = None
        for attempt in range(ATTEMPTS):
            said, failed = False, None
            for item in self._attempt(messages, until):
                if isinstance(item, Failed):
                    failed = item
                else:
                    said = True
                    yield item
            late = time.monotonic() + PAUSE >= until
            last = attempt + 1 == ATTEMPTS
            if failed is None or said or last or late or not failed.passing:
                break
            time.sleep(PAUSE)
        self._note(failed)
        if failed:
            yield failed

    def text(self, messages: Sequence[Message], until: float) -> str | Failed:
        """The whole reply."""
        reply = ""
        for item in self.stream(messages, until):
            if isinstance(item, Failed):
                return item
            reply += item
        return reply

    def _note(self, failed: Failed | None) -> None:
        with self._lock:
            self._failures = self._failures + 1 if failed else 0
            if self._failures >= FAILURES:
                self._failures, self._back_at = 0, self.clock() + LEFT_OUT

    def _attempt(
        self, messages: Sequence[Message], until: float
    ) -> Iterator[str | Failed]:
        """One request; its thread is told to stop when nobody listens any more."""
        call = _Call(self, tuple(messages), until)
        Thread(target=call.run, name="model", daemon=True).start()
        try:
            while True:
                try:
                    left = until - time.monotonic()
                    item = call.said.get(timeout=max(left, 0.0))
                except Empty:
                    item = Failed("timeout")
                if item is None:
                    return
                yield item
                if isinstance(item, Failed):
                    return
        finally:
            call.leave()


@dataclass(slots=True)
class _Call:
    """What the thread does: pieces of text into `said`, a Failed or None at the end."""

    endpoint: Endpoint
    messages: tuple[Message, ...]
    until: float
    said: "Queue[str | Failed | None]" = field(default_factory=Queue)
    stop: Event = field(default_factory=Event)
    close: Callable[[], None] | None = None

    def leave(self) -> None:
        """Nobody listens any more: a thread that still reads finds its socket shut."""
        self.stop.set()
        if self.close:
            self.close()

    def run(self) -> None:
        openai, httpx, _ = _libraries()
        end: Failed | None = Failed("dropped")
        try:
            end = self._talk()
        except (openai.APITimeoutError, httpx.TimeoutException):
            end = Failed("timeout")
        except openai.APIStatusError as error:
            end = Failed("status", error.status_code)
        except (openai.OpenAIError, httpx.HTTPError, httpx.StreamError, OSError):
            end = Failed("dropped")
        except GARBAGE:
            end = Failed("empty")
        finally:
            self.said.put(end)

    def _talk(self) -> Failed | None:
        from langsmith import tracing_context

        _, httpx, chat_openai = _libraries()
        endpoint, left = self.endpoint, self.until - time.monotonic()
        if left <= 0 or self.stop.is_set():
            return Failed("timeout")
        # No proxy and no .netrc of the environment; the read times out with the rest.
        client = httpx.Client(timeout=left, trust_env=False, verify=_trusted())
        self.close = client.close
        with client, tracing_context(enabled=False):
            chat = chat_openai(
                base_url=endpoint.url,
                model=endpoint.model,
                api_key=SecretStr(endpoint.key.get_secret_value() or "-"),
                http_client=client,
                http_async_client=httpx.AsyncClient(trust_env=False),  # never used
                openai_proxy="",
                max_retries=0,
                timeout=left,
                temperature=0,
                max_completion_tokens=MOST_TOKENS,
                streaming=True,
                stream_usage=False,
                use_responses_api=False,
            )
            return self._listen(chat.stream(list(self.messages)))

    def _listen(self, chunks: Iterator) -> Failed | None:
        length, reason = 0, None
        for chunk in chunks:
            if self.stop.is_set():
                return Failed("timeout")
            reason = chunk.response_metadata.get("finish_reason") or reason
            if text := chunk.text:
                length += len(text)
                self.said.put(text)
            if length > LONGEST_REPLY:
                return Failed("truncated")
        if not length:
            return Failed("empty")
        if reason is None:
            return Failed("dropped")
        return None if reason == "stop" else Failed("truncated")


def _libraries() -> tuple[Any, Any, Any]:
    """openai, the httpx that it uses, and LangChain's chat model, only when wanted."""
    import openai
    from langchain_openai import ChatOpenAI
    from langchain_openai._compat import httpx

    return openai, httpx, ChatOpenAI


@cache
def _trusted() -> SSLContext:
    return create_default_context()


def configured(settings: Settings) -> Endpoint | None:
    """The endpoint of the settings, None without one; raises BadEndpoint."""
    url = settings.llm_base_url.strip()
    if not url:
        return None
    if not _is_address(url):
        raise BadEndpoint(say("messages.endpoint.url", url=_without_secrets(url)))
    if not settings.llm_model.strip():
        raise BadEndpoint(say("messages.endpoint.model"))
    seconds = _seconds(settings.llm_deadline)
    key = settings.llm_api_key.get_secret_value().strip()
    if not key.isascii() or any(c.isspace() or not c.isprintable() for c in key):
        raise BadEndpoint(say("messages.endpoint.key"))
    return Endpoint(url, settings.llm_model.strip(), SecretStr(key), seconds)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_DEADLINE:
        raise BadEndpoint(say("messages.endpoint.deadline", seconds=text))
    return seconds


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        return False
    return named and parts.scheme in ("http", "https") and "@" not in parts.netloc


def _without_secrets(url: str) -> str:
    """The address as far as it may be shown: no user and password, no query."""
    return url.rpartition("@")[2].partition("?")[0]
