# pyright: basic
"""The calculators and the texts as LangChain tools with closed schemas.

`policy_tools(assistant, as_of)` gives them to any agent. Whatever is wrong with a call
comes back to the caller as a message in Chinese; a number only ever comes of a rule.
"""

from collections.abc import Callable
from datetime import date
from functools import wraps

from langchain_core.tools import BaseTool, StructuredTool, ToolException
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.chat import LONGEST_QUESTION, Assistant
from assistant.profile_file import LONGEST, BadInput, ProfileEntry, Typed
from assistant.tool_answers import ToolAnswers
from assistant.vocabulary import load_vocabulary
from index.yaml_files import explain
from prompts import say


class _Closed(BaseModel):
    """Arguments of a tool: those named here and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def level_names() -> str:
    """The levels that a tool may be given, with their labels."""
    levels = load_vocabulary().levels.items()
    return "、".join(f"{name}（{level.label}）" for name, level in levels)


class LookUpClause(_Closed):
    clause: str = Field(
        min_length=1, max_length=LONGEST, description=say("tools.fields.clause")
    )


class SearchClauses(_Closed):
    question: str = Field(
        min_length=1,
        max_length=LONGEST_QUESTION,
        description=say("tools.fields.question"),
    )
    place: str | None = Field(
        None, max_length=LONGEST, description=say("tools.fields.place")
    )


class Calculate(_Closed):
    rule: str = Field(
        min_length=1, max_length=LONGEST, description=say("tools.fields.rule")
    )
    place: str = Field(max_length=LONGEST, description=say("tools.fields.place"))
    inputs: dict[str, Typed] = Field({}, description=say("tools.fields.inputs"))
    level: str | None = Field(
        None,
        max_length=LONGEST,
        description=say("tools.fields.level", levels=level_names()),
    )
    facts: dict[str, Typed] = Field({}, description=say("tools.fields.facts"))


class MatchBenefits(_Closed):
    profile: ProfileEntry = Field(
        description=say("tools.fields.profile", levels=level_names())
    )


class ListRules(_Closed):
    place: str | None = Field(
        None, max_length=LONGEST, description=say("tools.fields.place")
    )


def policy_tools(assistant: Assistant, as_of: date) -> list[BaseTool]:
    """The tools as of one day: make them anew for each conversation, it costs nothing.

    None raises for what a caller may get wrong: the message is the tool's result.
    """
    answers = ToolAnswers(assistant, as_of)
    schemas: dict[Callable[..., str], type[BaseModel]] = {
        answers.look_up_clause: LookUpClause,
        answers.search_clauses: SearchClauses,
        answers.calculate: Calculate,
        answers.match_benefits: MatchBenefits,
        answers.list_rules: ListRules,
    }
    return [_tool(run, schema) for run, schema in schemas.items()]


def _tool(run: Callable[..., str], schema: type[BaseModel]) -> BaseTool:
    name = run.__name__
    return StructuredTool.from_function(
        func=_told(run),
        name=name,
        description=say(f"tools.descriptions.{name}"),
        args_schema=schema,
        handle_tool_error=True,
        handle_validation_error=_explained,
    )


def _told(run: Callable[..., str]) -> Callable[..., str]:
    """The same, with its BadInput as the exception whose message a caller is given."""

    @wraps(run)
    def told(**arguments: object) -> str:
        try:
            return run(**arguments)
        except BadInput as error:
            raise ToolException(_sendable(str(error))) from error

    return told


def _explained(error: ValidationError) -> str:
    lines = explain(error, "tools.validation")
    return _sendable("\n".join([say("tools.bad_call"), *dict.fromkeys(lines)]))


def _sendable(message: str) -> str:
    """Without half characters, which JSON may hold and no request may: \\ud800."""
    return message.encode("utf-8", "replace").decode()
