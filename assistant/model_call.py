# pyright: basic
"""One request to a language model, in a thread that may be left at any time.

LangChain's chat model does the talking. A server that stalls, or sends a byte now and
then, holds up nobody: whoever waits has his own clock, and shuts the socket on leaving.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from queue import Queue
from ssl import SSLContext, create_default_context
from threading import Event
from typing import Any, Literal

from pydantic import SecretStr

Failure = Literal["timeout", "status", "truncated", "dropped", "empty", "left_out"]
Message = tuple[Literal["system", "user"], str]

LONGEST_REPLY = 8000  # characters
MOST_TOKENS = 800
# Neither LangChain nor the client below checks what a server sends: what they stumble
# over is the server's garbage (a Warning where warnings are errors).
GARBAGE = (ValueError, TypeError, LookupError, AttributeError, RuntimeError, Warning)


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
class Call:
    """What the thread does: pieces of text into `said`, a Failed or None at the end."""

    url: str
    model: str
    key: SecretStr
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
        """Talk, and say how it ended."""
        openai, httpx, _ = libraries()
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

        _, httpx, chat_openai = libraries()
        left = self.until - time.monotonic()
        if left <= 0 or self.stop.is_set():
            return Failed("timeout")
        # No proxy and no .netrc of the environment; the read times out with the rest.
        client = httpx.Client(timeout=left, trust_env=False, verify=_trusted())
        self.close = client.close
        with client, tracing_context(enabled=False):
            chat = chat_openai(
                base_url=self.url,
                model=self.model,
                api_key=SecretStr(self.key.get_secret_value() or "-"),
                http_client=client,
                http_async_client=_never_used(),
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


@cache
def _never_used() -> Any:
    """For ChatOpenAI, which would else make one by the environment's proxies."""
    _, httpx, _ = libraries()
    return httpx.AsyncClient(trust_env=False, verify=_trusted())


def libraries() -> tuple[Any, Any, Any]:
    """openai, the httpx that it uses, and LangChain's chat model, only when wanted."""
    import openai
    from langchain_openai import ChatOpenAI
    from langchain_openai._compat import httpx

    return openai, httpx, ChatOpenAI


@cache
def _trusted() -> SSLContext:
    return create_default_context()
