# pyright: basic
"""The tools over MCP, for agents of others: search, clause, calculate, match, rules."""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.chat import LONGEST_QUESTION
from assistant.langchain_tools import level_names
from assistant.profile_file import LONGEST, BadInput, ProfileEntry, Typed
from assistant.tool_answers import ToolAnswers
from assistant.turn_log import TurnLogError
from assistant.web.access import program_with
from assistant.web.api.problems import problem
from assistant.web.desk import Desk
from prompts import say

ADDRESS = "/mcp"


def _about(name: str, most: int | None = LONGEST, **values: str) -> Any:
    return Field(max_length=most, description=say(f"tools.fields.{name}", **values))


Clause = Annotated[str, _about("clause")]
Question = Annotated[str, _about("question", LONGEST_QUESTION)]
Place = Annotated[str, _about("place")]
Rule = Annotated[str, _about("rule")]
Inputs = Annotated[dict[str, Typed], _about("inputs", None)]
Level = Annotated[str, _about("level", levels=level_names())]
Facts = Annotated[dict[str, Typed], _about("facts", None)]
Profile = Annotated[ProfileEntry, _about("profile", None, levels=level_names())]


def create_mcp(desk: Desk) -> MCPServer[Any]:
    """The server; every call is answered as of the day on which it is made."""
    server: MCPServer[Any] = MCPServer(
        say("web.site.title"), instructions=say("tools.instructions")
    )

    def answers() -> ToolAnswers:
        return ToolAnswers(desk.assistant, desk.today)

    def look_up_clause(clause: Clause) -> str:
        return answers().look_up_clause(clause)

    def search_clauses(question: Question, place: Place | None = None) -> str:
        return answers().search_clauses(question, place)

    def calculate(
        rule: Rule,
        place: Place,
        inputs: Inputs | None = None,
        level: Level | None = None,
        facts: Facts | None = None,
    ) -> str:
        return answers().calculate(rule, place, inputs, level, facts)

    def match_benefits(profile: Profile) -> str:
        return answers().match_benefits(profile)

    def list_rules(place: Place | None = None) -> str:
        return answers().list_rules(place)

    for tool in (look_up_clause, search_clauses, calculate, match_benefits, list_rules):
        name = tool.__name__
        server.add_tool(
            _told(tool), name, description=say(f"tools.descriptions.{name}")
        )
    return server


class OnlyWithKey:
    """The server over HTTP for who has a key, as the endpoint of a route at ADDRESS.

    Its session manager must run as long as the application.
    """

    def __init__(self, server: MCPServer[Any], desk: Desk) -> None:
        self.desk = desk
        self.app: ASGIApp = server.streamable_http_app(
            streamable_http_path=ADDRESS,
            json_response=True,
            stateless_http=True,
            # Who calls is known by a key, so that no browser can be made to.
            transport_security=TransportSecuritySettings(
                enable_dns_rebinding_protection=False
            ),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer with a problem."""
        header = Request(scope).headers.get("authorization", "")
        try:
            known = await run_in_threadpool(program_with, self.desk.log, header)
        except TurnLogError as error:
            await problem(503, str(error))(scope, receive, send)
            return
        if known is None:
            await problem(401)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _told(tool: Callable[..., str]) -> Callable[..., str]:
    """The same, with its BadInput as the error whose message a caller is given."""

    @wraps(tool)
    def told(*arguments: Any, **named: Any) -> str:
        try:
            return tool(*arguments, **named)
        except BadInput as error:
            raise ToolError(str(error)) from error

    return told
