"""Whatever a model's server does, the caller gets text or a Failed in time."""

import json
import threading
import time

import pytest
from model_server import Reply, event, model_server, says
from pydantic import SecretStr

from assistant.endpoint import BadEndpoint, Endpoint, configured
from assistant.model_call import Failed
from index.settings import Settings

ASKED = [("system", "规矩"), ("user", "问题")]
DEADLINE = 1.5  # seconds
LATE = 0.6  # seconds that a busy machine may add
KEY = "sk-not-to-be-seen"


@pytest.fixture(scope="module", autouse=True)
def libraries() -> None:
    """Loaded before the clock runs, as the program does."""
    with model_server(lambda _: says("好")) as server:
        ask(endpoint(server.url), 30)


def endpoint(url: str, **values: object) -> Endpoint:
    return Endpoint(url, "small", SecretStr(KEY), **values)


def ask(model: Endpoint, seconds: float = DEADLINE) -> str | Failed:
    return model.text(ASKED, time.monotonic() + seconds)


def page(status: int, body: bytes = b"<html>no</html>") -> Reply:
    return Reply((body,), status=status, kind="text/html")


def test_the_text_is_what_the_model_says():
    with model_server(lambda _: says("你好，世界" * 20)) as server:
        assert ask(endpoint(server.url)) == "你好，世界" * 20
    request = server.requests[0]
    assert server.paths == ["/v1/chat/completions"]
    assert request["model"] == "small"
    assert request["stream"] is True
    assert [m["content"] for m in request["messages"]] == ["规矩", "问题"]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


FAULTS = {
    "not found": (page(404), Failed("status", 404), 1),
    "wrong key": (page(401), Failed("status", 401), 1),
    "too many requests": (page(429), Failed("status", 429), 2),
    "server error": (page(500), Failed("status", 500), 2),
    "bad gateway": (page(502), Failed("status", 502), 2),
    "a page instead of a reply": (page(200), Failed("empty"), 1),
    "other JSON": (Reply((b'{"a": 1}',), kind="application/json"), Failed("empty"), 1),
    "broken JSON": (Reply((b"data: {no\n\n",)), Failed("empty"), 1),
    "no list of choices": (Reply((b'data: {"choices": 5}\n\n',)), Failed("empty"), 1),
    "bytes": (Reply((b"\xff\xfe\x00",)), Failed("dropped"), 2),
    "nothing": (Reply(()), Failed("empty"), 1),
    "no text": (says(""), Failed("empty"), 1),
    "too long for the server": (says("半", finish="length"), Failed("truncated"), 1),
    "filtered": (says("半", finish="content_filter"), Failed("truncated"), 1),
    "far too long": (says("长" * 9000, size=3000), Failed("truncated"), 1),
    "no end": (Reply((event("半"),)), Failed("dropped"), 1),
    "dropped": (Reply((event("半"),), cut=True), Failed("dropped"), 1),
    "dropped at once": (Reply((), cut=True), Failed("dropped"), 2),
    "an error in the stream": (
        Reply((b'data: {"error": {"message": "no"}}\n\n',)),
        Failed("dropped"),
        2,
    ),
    "stalled": (Reply((event("半"),), pause=30), Failed("timeout"), 1),
    "dripping": (Reply((event("半"),) * 99, pause=0.2), Failed("timeout"), 1),
    "dripping nothing": (Reply((b": wait\n\n",) * 99, pause=0.2), Failed("timeout"), 1),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_in_time(name: str):
    reply, told, requests = FAULTS[name]
    with model_server(lambda _: reply) as server:
        started = time.monotonic()
        failed = ask(endpoint(server.url))
        took = time.monotonic() - started
    assert isinstance(failed, Failed)
    # Bytes that are no text may be garbage or a drop, as the libraries see it.
    assert failed == told or name == "bytes"
    assert took < DEADLINE + LATE
    assert len(server.requests) <= requests


def test_nobody_there_is_told_in_time():
    started = time.monotonic()
    assert ask(endpoint("http://127.0.0.1:9/v1")) == Failed("dropped")
    assert time.monotonic() - started < DEADLINE + LATE


def test_a_second_attempt_may_succeed():
    replies = iter([page(503), says("好")])
    with model_server(lambda _: next(replies)) as server:
        assert ask(endpoint(server.url)) == "好"


def test_a_caller_that_leaves_leaves_no_thread_behind():
    before = threading.active_count()
    with model_server(lambda _: Reply((b": wait\n\n",) * 20, pause=0.1)) as server:
        assert ask(endpoint(server.url), 0.3) == Failed("timeout")
        gone = time.monotonic() + 5
        while any(t.name == "model" for t in threading.enumerate()):
            assert time.monotonic() < gone
            time.sleep(0.05)
    assert threading.active_count() <= before + 2


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_three_failures_in_a_row_leave_it_out_for_a_minute():
    clock, status = Clock(), [404]
    script = lambda _: says("好") if status[0] == 200 else page(status[0])  # noqa: E731
    with model_server(script) as server:
        model = endpoint(server.url, clock=clock)
        for _ in range(3):
            assert ask(model) == Failed("status", 404)
        assert ask(model) == Failed("left_out")
        clock.now += 59
        assert ask(model) == Failed("left_out")
        assert len(server.requests) == 3
        clock.now += 2
        status[0] = 200
        assert ask(model) == "好"


def test_a_success_between_failures_starts_the_count_again():
    replies = iter([page(404), page(404), says("好"), page(404), page(404), says("好")])
    with model_server(lambda _: next(replies)) as server:
        model = endpoint(server.url)
        assert [isinstance(ask(model), str) for _ in range(6)] == [
            *(False, False, True, False, False, True)
        ]


def test_several_askers_share_one_endpoint():
    with model_server(lambda r: says(r["messages"][1]["content"] * 30)) as server:
        model = endpoint(server.url)
        got: dict[int, str | Failed] = {}

        def one(number: int) -> None:
            said = [("system", "规矩"), ("user", f"{number}号")]
            got[number] = model.text(said, time.monotonic() + 20)

        askers = [threading.Thread(target=one, args=(n,)) for n in range(12)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
    assert got == {n: f"{n}号" * 30 for n in range(12)}


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "OPENAI_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "socks5h://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-program")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9")
    with model_server(lambda _: says("好")) as server:
        assert ask(endpoint(server.url)) == "好"
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_the_key_is_in_no_text_of_ours():
    model = endpoint("http://127.0.0.1:9/v1")
    assert KEY not in repr(model)
    assert KEY not in repr(ask(model))
    wrong = Settings(LLM_BASE_URL=f"http://me:{KEY}@host/v1", LLM_MODEL="m")
    with pytest.raises(BadEndpoint) as told:
        configured(wrong)
    assert KEY not in str(told.value)


def test_no_endpoint_is_a_normal_state():
    assert configured(Settings(LLM_BASE_URL=" ", LLM_MODEL="m")) is None


def test_an_endpoint_is_made_of_the_settings():
    made = configured(
        Settings(
            LLM_BASE_URL="https://llm.example/v1",
            LLM_MODEL="m",
            LLM_API_KEY=KEY,
            LLM_DEADLINE="2.5",
        )
    )
    assert made is not None
    assert (made.url, made.model) == ("https://llm.example/v1", "m")
    assert made.deadline == 2.5
    assert json.dumps(made.key.get_secret_value()) == f'"{KEY}"'


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"LLM_BASE_URL": "localhost:8080"}, "LLM_BASE_URL"),
        ({"LLM_BASE_URL": "ftp://host/v1"}, "LLM_BASE_URL"),
        ({"LLM_BASE_URL": "http://host:99999/v1"}, "LLM_BASE_URL"),
        ({"LLM_BASE_URL": "http:///v1"}, "LLM_BASE_URL"),
        ({"LLM_BASE_URL": "http://host/v1", "LLM_MODEL": ""}, "LLM_MODEL"),
        ({"LLM_BASE_URL": "http://host/v1", "LLM_DEADLINE": "soon"}, "LLM_DEADLINE"),
        ({"LLM_BASE_URL": "http://host/v1", "LLM_DEADLINE": "0"}, "LLM_DEADLINE"),
        ({"LLM_BASE_URL": "http://host/v1", "LLM_DEADLINE": "nan"}, "LLM_DEADLINE"),
        ({"LLM_BASE_URL": "http://host/v1", "LLM_API_KEY": "a b"}, "LLM_API_KEY"),
        ({"LLM_BASE_URL": "http://host/v1", "LLM_API_KEY": "密钥"}, "LLM_API_KEY"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_do(values: dict[str, str], field: str):
    with pytest.raises(BadEndpoint, match=rf"{field}.*请"):
        configured(Settings(**{"LLM_MODEL": "m", **values}))
