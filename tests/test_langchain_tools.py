"""Other programs' agents get the same clauses and figures, or a message that says why.

Index, rulebook, tools and LangChain's agent are the real ones; the model is scripted.
"""

import asyncio
import contextlib
import io
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_openai import ChatOpenAI
from scripted_endpoint import Reply, Request, Text, ToolCall, ToolCalls
from scripted_endpoint import scripted_endpoint as endpoint

from assistant.chat import Assistant
from assistant.langchain_retriever import PolicyRetriever
from assistant.langchain_tools import policy_tools
from assistant.profile_file import BadInput

DAY = date(2026, 11, 22)
EQUIPMENT = "zhengzhou-2024#三（一）1"
INVESTED = {
    "rule": "zhengzhou-equipment",
    "place": "郑州市",
    "level": "provincial",
    "inputs": {"investment": "1500万"},
}
SUM = re.compile(r"\d+(?:\.\d+)?\s*(?:万|亿)?元|\d+(?:\.\d+)?%")


@pytest.fixture(scope="module")
def tools(assistant: Assistant) -> dict[str, BaseTool]:
    return {tool.name: tool for tool in policy_tools(assistant, DAY)}


@pytest.fixture
def call(tools: dict[str, BaseTool]) -> Callable[..., ToolMessage]:
    """A call as an agent makes it."""

    def called(name: str, **arguments: Any) -> ToolMessage:
        request = {"type": "tool_call", "id": "1", "name": name, "args": arguments}
        return tools[name].invoke(request)

    return called


Call = Callable[..., ToolMessage]


# The retriever


def retriever(assistant: Assistant, **values: Any) -> PolicyRetriever:
    return PolicyRetriever(assistant=assistant, **{"as_of": DAY, **values})


def test_a_document_is_a_clause_with_what_is_needed_to_cite_it(assistant: Assistant):
    first = retriever(assistant, place="郑州市").invoke("买设备补多少")[0]
    clause = assistant.index.library.clause(EQUIPMENT)
    assert first.page_content == clause.text
    score = first.metadata.pop("score")
    assert 0.5 < score < 1.1
    assert first.metadata == {
        "id": EQUIPMENT,
        "document": "郑州市专精特新企业三年倍增行动方案（2024—2026年）",
        "label": "三、（一）1.",
        "status": "in_force",
        "place": "河南省郑州市",
        "units": list(clause.units),
    }
    assert first.id == EQUIPMENT
    json.dumps(first.metadata)  # a vector store or a trace may keep it


def test_the_best_come_first_and_no_more_than_asked(assistant: Assistant):
    found = retriever(assistant, top_k=3).invoke("企业上市补助")
    scores = [document.metadata["score"] for document in found]
    assert len(found) == 3
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("place", "question", "held"),
    [
        ("武汉市", "买设备补多少", {"湖北省"}),
        ("洛阳市", "买设备补多少", {"河南省"}),
        ("上街区", "培养技师补多少", {"河南省", "河南省郑州市", "河南省郑州市上街区"}),
        (None, "武汉买设备补多少", {"湖北省"}),
        ("武汉市", "那郑州买设备补多少", {"河南省", "河南省郑州市"}),
        ("深圳市", "买设备补多少", set()),
    ],
)
def test_only_texts_of_the_place_are_found(
    assistant: Assistant, place: str | None, question: str, held: set[str]
):
    found = retriever(assistant, place=place, top_k=40).invoke(question)
    assert {document.metadata["place"] for document in found} == held


def test_the_day_decides_the_status(assistant: Assistant):
    later = retriever(assistant, place="郑州市", as_of=date(2027, 1, 1))
    assert later.invoke("买设备补多少")[0].metadata["status"] == "expired"


def test_it_is_the_ranking_that_answers_rest_on(assistant: Assistant):
    hits = assistant.search("郑州企业买设备补多少", DAY, 8).hits
    found = retriever(assistant).invoke("郑州企业买设备补多少")
    assert [d.id for d in found] == [h.clause.id for h in hits]


def test_it_works_asynchronously_and_in_batches(assistant: Assistant):
    ours = retriever(assistant, place="郑州市", top_k=1)
    questions = ["买设备补多少", "认定小巨人奖励多少"]
    one_by_one = [ours.invoke(q) for q in questions]
    assert ours.batch(questions) == one_by_one
    assert asyncio.run(ours.abatch(questions)) == one_by_one


@pytest.mark.parametrize(
    ("place", "question", "told"),
    [
        (None, "  ", "请输入"),
        (None, "问" * 4001, "超过4000字"),
        ("火星", "买设备", "不能确定是哪里"),
        ("郑州和武汉", "买设备", "不能确定是哪里"),
    ],
)
def test_what_cannot_be_searched_is_said(
    assistant: Assistant, place: str | None, question: str, told: str
):
    with pytest.raises(BadInput, match=told):
        retriever(assistant, place=place).invoke(question)


# The tools, as an agent calls them


def test_every_schema_is_closed_and_described(tools: dict[str, BaseTool]):
    for tool in tools.values():
        function = convert_to_openai_tool(tool)["function"]
        assert re.search("[一-龥]{8}", function["description"])
        assert tool.args_schema.model_config["extra"] == "forbid"
        for field in function["parameters"]["properties"].values():
            assert re.search("[一-龥]{4}", field["description"]), field


def test_calculate_says_what_the_command_prints(call: Call, assistant: Assistant):
    message = call("calculate", **INVESTED)
    assert message.status == "success"
    first, *steps = message.content.splitlines()
    assert first == "设备、软件购置补助：不超过150万元"
    assert "  1500万元 × 10% = 150万元" in steps
    assert "  150万元不超过上限200万元" in steps
    assert EQUIPMENT in steps[-1]


@pytest.mark.parametrize(
    ("name", "text", "amount"),
    [
        ("technicians_new", 10, "3万元"),
        ("technicians_new", "10", "3万元"),
        ("technicians_new", "十人", "3万元"),
    ],
)
def test_a_number_may_be_written_as_json_or_as_people_do(
    call: Call, name: str, text: object, amount: str
):
    rule = {"rule": "shangjie-technicians-new", "place": "上街区"}
    message = call("calculate", **rule, inputs={name: text})
    assert message.content.startswith(f"新培养技师的培训补贴：{amount}\n")
    assert "付给：培养机构；文件状态：征求意见稿" in message.content


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"inputs": {"investment": "100万"}}, "不符合（设备、软件实际投资要超过"),
        ({"inputs": {}}, "还缺 设备、软件实际投资（investment）"),
        ({"level": None}, "还缺 企业级别"),
        ({"level": "innovative"}, "不符合（只给"),
        ({"place": "武汉市"}, "不符合（只适用于河南省郑州市）"),
        ({"place": "河南省"}, "还缺 所在地区（place）"),
        (
            {"facts": {"level_valid": False}},
            "不符合（须符合“专精特新或小巨人资格在有效期内”）",
        ),
        ({"facts": {"after_tax": False}}, "还缺 投资额按税后计（after_tax）"),
    ],
)
def test_no_figure_without_what_the_clause_asks_for(
    call: Call, changed: dict[str, Any], told: str
):
    message = call("calculate", **{**INVESTED, **changed})
    assert told in message.content.splitlines()[0]
    assert "万元 ×" not in message.content


def test_after_its_last_day_a_rule_gives_no_figure(assistant: Assistant):
    late = {t.name: t for t in policy_tools(assistant, date(2027, 1, 1))}
    said = late["calculate"].invoke(INVESTED)
    assert "执行到2026年12月31日，已经结束" in said
    assert "万元 ×" not in said


BAD_CALLS = [
    ("calculate", {**INVESTED, "rule": "zhengzhou-bonus"}, "没有编号为"),
    ("calculate", {**INVESTED, "rule": "给我编一条"}, "没有编号为"),
    ("calculate", {**INVESTED, "level": "高级"}, "没有名为“高级”的企业级别"),
    ("calculate", {**INVESTED, "inputs": {"invest": "1万元"}}, "请核对拼写"),
    ("calculate", {**INVESTED, "inputs": {"investment": 15000000}}, "没有写单位"),
    ("calculate", {**INVESTED, "inputs": {"investment": 0.5}}, "没有写单位"),
    ("calculate", {**INVESTED, "inputs": {"investment": "几百万"}}, "investment"),
    ("calculate", {**INVESTED, "inputs": {"investment": "-5万"}}, "不能小于零"),
    ("calculate", {**INVESTED, "inputs": {"investment": "9" * 101}}, "太长"),
    ("calculate", {**INVESTED, "inputs": {"investment": None}}, "应当是文字"),
    ("calculate", {**INVESTED, "inputs": ["investment"]}, "名称: 值"),
    ("calculate", {**INVESTED, "inputs": "1500万"}, "名称: 值"),
    ("calculate", {**INVESTED, "facts": {"after_tax": "也许"}}, "应当是 是 或 否"),
    ("calculate", {**INVESTED, "facts": {"made_up": "是"}}, "请核对拼写"),
    ("calculate", {**INVESTED, "facts": {"investment": "2亿"}}, "不止一次"),
    ("calculate", {**INVESTED, "place": "火星"}, "不能确定是哪里"),
    ("calculate", {**INVESTED, "place": ""}, "不能确定是哪里"),
    ("calculate", {**INVESTED, "place": None}, "place 应当是文字"),
    ("calculate", {**INVESTED, "cap": "无上限"}, "没有名为 cap 的参数"),
    ("calculate", {"rule": "zhengzhou-equipment"}, "缺少参数 place"),
    ("calculate", {}, "缺少参数 rule"),
    ("look_up_clause", {"clause": "zhengzhou-2024#三（八）1"}, "没有编号为"),
    ("look_up_clause", {"clause": "附件"}, "没有编号为"),
    ("look_up_clause", {"clause": "\ud800"}, "clause 的写法不对"),
    ("calculate", {**INVESTED, "inputs": {"\ud800": "1"}}, "“?”既不是输入项"),
    ("look_up_clause", {"clause": ""}, "不得为空"),
    ("look_up_clause", {"clause": "长" * 101}, "太长"),
    ("look_up_clause", {"id": EQUIPMENT}, "缺少参数 clause"),
    ("search_clauses", {"question": ""}, "不得为空"),
    ("search_clauses", {"question": " "}, "请输入"),
    ("search_clauses", {"question": "问" * 4001}, "太长"),
    ("search_clauses", {"question": "买设备", "place": "火星"}, "不能确定是哪里"),
    ("search_clauses", {"question": "买设备", "top_k": 99}, "没有名为 top_k 的参数"),
    ("match_benefits", {}, "缺少参数 profile"),
    ("match_benefits", {"profile": {"money": 1}}, "没有名为 profile.money 的参数"),
    ("match_benefits", {"profile": {"levels": "provincial"}}, "应当是列表"),
    ("match_benefits", {"profile": {"levels": ["高级"]}}, "没有名为“高级”"),
    ("match_benefits", {"profile": {"inputs": {"made_up": "1"}}}, "没有名为“made_up”"),
    ("match_benefits", {"profile": "郑州的企业"}, "名称: 值"),
    ("list_rules", {"place": "火星"}, "不能确定是哪里"),
    ("list_rules", {"all": True}, "没有名为 all 的参数"),
]


@pytest.mark.parametrize(("name", "arguments", "told"), BAD_CALLS)
def test_a_wrong_call_gives_a_message_and_no_sum(
    call: Call, name: str, arguments: dict[str, Any], told: str
):
    message = call(name, **arguments)
    assert message.status == "error"
    assert told in message.content
    # 1500万 and 15000000元 say how a sum is to be written.
    said = re.sub("1500万|15000000元", "", message.content)
    echoed = json.dumps(arguments, ensure_ascii=False)
    assert [s for s in SUM.findall(said) if s not in echoed] == []
    assert "pydantic" not in message.content
    message.content.encode()  # half a character could not be sent back
    assert not re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", message.content)


def test_a_clause_is_given_verbatim_with_its_status_place_and_units(
    call: Call, assistant: Assistant
):
    library = assistant.index.library
    for id_ in library.ids:
        message = call("look_up_clause", clause=id_)
        assert message.status == "success"
        assert library.clause(id_).text in message.content
    said = call("look_up_clause", clause="shangjie-draft#第十六条").content
    assert "（编号 shangjie-draft#第十六条）" in said
    assert "征求意见稿，尚未正式施行" in said
    assert "适用地区：河南省郑州市上街区；责任单位：" in said


def test_search_gives_whole_clauses_with_their_ids(call: Call, assistant: Assistant):
    said = call("search_clauses", question="买设备补多少", place="郑州市").content
    assert said.startswith("《郑州市专精特新企业三年倍增行动方案")
    assert f"编号 {EQUIPMENT}）" in said
    assert assistant.index.library.clause(EQUIPMENT).text in said
    assert "湖北" not in said


@pytest.mark.parametrize(
    ("question", "place", "warning"),
    [
        ("明天天气怎么样", "郑州市", "很可能没有回答"),
        ("认定小巨人奖励多少", None, "先弄清企业在哪里"),
    ],
)
def test_search_warns_of_what_is_no_answer(
    call: Call, question: str, place: str | None, warning: str
):
    said = call("search_clauses", question=question, place=place).content
    assert warning in said.partition("《")[0]


@pytest.mark.parametrize("name", ["search_clauses", "list_rules"])
def test_a_place_without_texts_is_said(call: Call, name: str):
    question = {"question": "买设备补多少"} if name == "search_clauses" else {}
    message = call(name, **question, place="深圳市")
    assert "没有适用于这个地区的政策" in message.content
    assert "《湖北省专精特新若干措施》" in message.content
    assert not SUM.search(message.content)


def test_match_says_what_the_command_prints(call: Call):
    profile = {
        "place": "郑州市",
        "levels": ["provincial"],
        "inputs": {"investment": "1500万"},
        "facts": {"after_tax": True},
    }
    said = call("match_benefits", profile=profile).content
    assert "- 设备、软件购置补助：不超过150万元" in said
    assert "市级合计：不超过150万元" in said
    assert "最先需要弄清的：" in said
    assert "湖北" not in said.partition("不符合的")[0]


def test_the_rules_are_listed_with_what_they_ask_for(call: Call, assistant: Assistant):
    every = call("list_rules").content.splitlines()
    assert len(every) == len(assistant.rulebook.rules)
    here = call("list_rules", place="郑州市").content
    line = next(x for x in here.splitlines() if x.startswith("zhengzhou-equipment："))
    assert f"（{EQUIPMENT}，河南省郑州市，有效）" in line
    assert "level（" in line and "investment（设备、软件实际投资）" in line
    assert "hubei" not in here and "shangjie" not in here


def test_tools_work_asynchronously(tools: dict[str, BaseTool]):
    assert asyncio.run(tools["calculate"].ainvoke(INVESTED)).startswith(
        "设备、软件购置补助：不超过150万元"
    )


# An agent that uses them


def ask(
    assistant: Assistant, script: Callable[[dict, int], Reply], question: str
) -> tuple[list[ToolMessage], str, list[Request]]:
    """What the tools said to a scripted agent, its last words, and its requests."""
    requests: list[Request] = []
    with endpoint(script, requests) as url:
        model = ChatOpenAI(base_url=url, model="m", api_key="none", max_retries=0)
        agent = create_agent(model, policy_tools(assistant, DAY))
        messages = agent.invoke({"messages": [("user", question)]})["messages"]
    results = [m for m in messages if isinstance(m, ToolMessage)]
    assert isinstance(messages[-1], AIMessage)
    return results, messages[-1].text, requests


def test_an_agent_gets_the_figure_with_its_steps_and_the_clause(assistant: Assistant):
    clause = assistant.index.library.clause(EQUIPMENT).text

    def script(request: dict, call: int) -> Reply:
        said = [m["content"] for m in request["messages"] if m["role"] == "tool"]
        match call:
            case 1:
                return ToolCall("list_rules", {"place": "郑州市"})
            case 2:
                assert "zhengzhou-equipment：" in said[0]
                return ToolCalls(
                    (
                        ToolCall("calculate", INVESTED),
                        ToolCall("look_up_clause", {"clause": EQUIPMENT}),
                    )
                )
            case _:
                figure = said[1].splitlines()[0]
                return Text(f"{figure}。原文：“{clause[:20]}”（{EQUIPMENT}）")

    results, answer, requests = ask(assistant, script, "买设备花了1500万，补多少？")
    rules, figure, quoted = results
    assert [r.status for r in results] == ["success"] * 3
    assert rules.name == "list_rules"
    assert figure.content.startswith("设备、软件购置补助：不超过150万元")
    assert "1500万元 × 10% = 150万元" in figure.content
    assert clause in quoted.content
    assert answer.startswith("设备、软件购置补助：不超过150万元。原文：“支持企业")
    sent = {tool["function"]["name"] for tool in requests[0].body["tools"]}
    assert sent == {
        *("look_up_clause", "search_clauses", "calculate"),
        *("match_benefits", "list_rules"),
    }


def test_an_agent_that_invents_is_told_and_can_mend_it(assistant: Assistant):
    calls = [
        ToolCall("calculate", {**INVESTED, "rule": "zhengzhou-gift"}),
        ToolCall("calculate", {**INVESTED, "amount": "999万元"}),
        ToolCall("look_up_clause", {"clause": "zhengzhou-2024#三（一）999"}),
        ToolCall("calculate", INVESTED),
    ]

    def script(request: dict, call: int) -> Reply:
        return calls[call - 1] if call <= len(calls) else Text("好了")

    results, answer, _ = ask(assistant, script, "写999万元")
    assert [r.status for r in results] == ["error", "error", "error", "success"]
    invented, surplus, no_clause, figure = (r.content for r in results)
    assert "没有编号为“zhengzhou-gift”的规则。相近的有：zhengzhou-" in invented
    assert surplus == "参数有误，没有执行：\n· 没有名为 amount 的参数，请删去。"
    assert "请用 search_clauses 检索，不要自己编编号" in no_clause
    assert not any(SUM.search(text) for text in (invented, surplus, no_clause))
    assert figure.startswith("设备、软件购置补助：不超过150万元")
    assert answer == "好了"


def test_arguments_that_are_no_json_run_nothing(assistant: Assistant):
    broken = ToolCall("calculate", '{"rule": "zhengzhou-equipment", ')
    results, answer, requests = ask(assistant, lambda *_: broken, "补多少")
    assert (results, answer, len(requests)) == ([], "", 1)


# The page that shows how

PAGE = Path(__file__).parent.parent / "docs/langchain.md"
BLOCKS = re.findall(r"```(python|text)\n(.*?)```", PAGE.read_text("utf-8"), re.S)


def test_the_page_does_what_it_says(settings: None, monkeypatch: pytest.MonkeyPatch):
    def script(request: dict, call: int) -> Reply:
        return ToolCall("calculate", INVESTED) if call == 1 else Text("最多150万元")

    names: dict[str, Any] = {}
    printed = ""
    with endpoint(script) as url:
        monkeypatch.setenv("LLM_BASE_URL", url)
        monkeypatch.setenv("LLM_MODEL", "scripted")
        monkeypatch.setenv("LLM_API_KEY", "none")
        for kind, content in BLOCKS:
            if kind == "text":
                assert printed == content
                continue
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(content, str(PAGE), "exec"), names)
            printed = out.getvalue()
    assert printed == "最多150万元\n"
    assert len(BLOCKS) >= 7
