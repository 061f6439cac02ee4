"""A language model behind an OpenAI-compatible endpoint: a reply or a Failed, in time.

It retries once where that may help, and after failures in a row lets the server rest.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty
from threading import Lock, Thread
from urllib.parse import urlsplit

from pydantic import SecretStr

from assistant.model_call import Call, Failed, Message, libraries
from index.settings import Settings
from prompts import say

ATTEMPTS = 2  # the first and one more, where the failure may pass
PAUSE = 0.3  # seconds between them
FAILURES = 3  # in a row, until the endpoint is left out
LEFT_OUT = 60.0  # seconds
LONGEST_DEADLINE = 120


class BadEndpoint(Exception):
    """A setting of the endpoint is wrong; names it and says what to do."""


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
        Thread(target=libraries, name="model", daemon=True).start()

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
        call = Call(self.url, self.model, self.key, tuple(messages), until)
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
