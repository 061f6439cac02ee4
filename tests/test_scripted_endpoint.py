"""The scripted endpoint does to real clients what a real one may do."""

import time
from contextlib import suppress

import openai
import pytest
from langchain_openai import ChatOpenAI
from scripted_endpoint import (
    Drip,
    Dropped,
    Garbage,
    HtmlPage,
    Reply,
    Request,
    Stall,
    Status,
    Text,
    ToolCall,
    ToolCalls,
    Truncated,
    scripted_endpoint,
)

WORDS = "设备购置补助，最高不超过上限。" * 5
ASKED = [{"role": "user", "content": "在吗"}]
WAYS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@pytest.fixture(scope="module", autouse=True)
def libraries() -> None:
    """The client loaded and warm before any clock runs."""
    with scripted_endpoint(lambda *_: Text("好")) as url:
        ask(url, stream=True)


def ask(url: str, *, stream: bool, seconds: float = 30) -> tuple[str, str | None]:
    """What the OpenAI client reads: the text and why it ended."""
    with openai.OpenAI(
        base_url=url, api_key="none", max_retries=0, timeout=seconds
    ) as client:
        if not stream:
            whole = client.chat.completions.create(model="m", messages=ASKED)
            return whole.choices[0].message.content, whole.choices[0].finish_reason
        text, finish = "", None
        with client.chat.completions.create(
            model="m", messages=ASKED, stream=True
        ) as chunks:
            for chunk in chunks:
                text += chunk.choices[0].delta.content or ""
                finish = chunk.choices[0].finish_reason or finish
        return text, finish


@WAYS
def test_a_text_arrives_word_for_word_and_the_request_is_kept(stream: bool):
    requests: list[Request] = []
    with scripted_endpoint(lambda *_: Text(WORDS), requests) as url:
        assert ask(url, stream=stream) == (WORDS, "stop")
    assert [r.path for r in requests] == ["/v1/chat/completions"]
    assert requests[0].body["messages"] == ASKED
    assert requests[0].headers["authorization"] == "Bearer none"


@WAYS
def test_the_script_sees_each_request_with_its_number(stream: bool):
    def script(request: dict, call: int) -> Reply:
        return Text(f"{call}：{request['messages'][-1]['content']}")

    with scripted_endpoint(script) as url:
        said = [ask(url, stream=stream)[0] for _ in range(3)]
    assert said == ["1：在吗", "2：在吗", "3：在吗"]


@WAYS
def test_tool_calls_arrive_through_langchain(stream: bool):
    calls = (ToolCall("calculate", {"rule": "甲"}), ToolCall("list_rules", {}))
    for reply, wanted in ((calls[0], calls[:1]), (ToolCalls(calls), calls)):
        with scripted_endpoint(lambda *_, reply=reply: reply) as url:
            chat = ChatOpenAI(base_url=url, model="m", api_key="none", streaming=stream)
            message = chat.invoke("在吗")
        assert [ToolCall(c["name"], c["args"]) for c in message.tool_calls] == [*wanted]
        assert message.response_metadata["finish_reason"] == "tool_calls"


def test_arguments_that_are_no_json_arrive_as_they_are():
    with scripted_endpoint(lambda *_: ToolCall("calculate", "{rule: 甲")) as url:
        message = ChatOpenAI(base_url=url, model="m", api_key="none").invoke("在吗")
    assert message.tool_calls == []
    assert message.invalid_tool_calls[0]["args"] == "{rule: 甲"


@WAYS
def test_a_truncated_reply_says_so(stream: bool):
    with scripted_endpoint(lambda *_: Truncated("说到一")) as url:
        assert ask(url, stream=stream) == ("说到一", "length")


@WAYS
def test_a_status_comes_with_its_body_and_headers(stream: bool):
    reply = Status(429, '{"error": {"message": "慢一点"}}', (("Retry-After", "7"),))
    with (
        scripted_endpoint(lambda *_: reply) as url,
        pytest.raises(openai.RateLimitError, match="慢一点") as told,
    ):
        ask(url, stream=stream)
    assert told.value.response.headers["retry-after"] == "7"


@WAYS
def test_a_stall_outlasts_the_client_and_ends_with_the_server(stream: bool):
    started = time.monotonic()
    with (
        scripted_endpoint(lambda *_: Stall(60)) as url,
        pytest.raises(openai.APITimeoutError),
    ):
        ask(url, stream=stream, seconds=0.3)
    assert time.monotonic() - started < 5


@WAYS
def test_a_short_stall_is_only_late(stream: bool):
    started = time.monotonic()
    with scripted_endpoint(lambda *_: Stall(0.3)) as url:
        assert ask(url, stream=stream) == ("来晚了", "stop")
    assert time.monotonic() - started >= 0.3


@WAYS
def test_a_drip_takes_its_time_for_each_character(stream: bool):
    started = time.monotonic()
    with scripted_endpoint(lambda *_: Drip("一二三四五六", 0.05)) as url:
        assert ask(url, stream=stream) == ("一二三四五六", "stop")
    assert time.monotonic() - started >= 0.3


@WAYS
@pytest.mark.parametrize("after_bytes", [0, 1, 40, 300])
def test_a_dropped_connection_is_an_error(stream: bool, after_bytes: int):
    with (
        scripted_endpoint(lambda *_: Dropped(after_bytes, WORDS)) as url,
        pytest.raises((openai.APIConnectionError, openai_transport_errors())),
    ):
        ask(url, stream=stream)


def openai_transport_errors() -> type[Exception]:
    """What the client lets through while it reads a body."""
    from langchain_openai._compat import httpx

    return httpx.TransportError


@pytest.mark.parametrize(
    "reply",
    [
        Garbage(b"\xff\xfe\x00no"),
        Garbage(b"data: {no\n\n", "text/event-stream"),
        HtmlPage(),
    ],
    ids=["bytes", "broken events", "page"],
)
@WAYS
def test_garbage_is_no_reply(stream: bool, reply: Reply):
    heard: tuple[str, str | None] = ("", None)
    with (
        scripted_endpoint(lambda *_: reply) as url,
        suppress(ValueError, AttributeError, openai.OpenAIError),
    ):
        heard = ask(url, stream=stream)
    assert heard == ("", None)
