"""Every role tried against every address: what is open to whom, in one table."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from staffed import logged_in, program, with_staff
from starlette.routing import Mount, Route
from web_desk import client_of, desk_of

from assistant.chat import Assistant
from assistant.staff.actor import Actor
from assistant.staff.tickets import Handed, create_ticket
from assistant.web.desk import Desk

ROLES = ("nobody", "program", "agent", "supervisor", "admin")
ALL, STAFF = set(ROLES), {"agent", "supervisor", "admin"}
OVERSEERS, ADMIN, PROGRAM = {"supervisor", "admin"}, {"admin"}, {"program"}
# Who gets past the door; the others get 401, 403, or are sent to the login.
OPEN: dict[str, set[str]] = {
    "GET /calculate": ALL,
    "GET /checkup": ALL,
    "GET /checkup.ics": ALL,
    "GET /clause": ALL,
    "GET /conversation": ALL,
    "GET /conversation.md": ALL,
    "POST /vote": ALL,
    "GET /past": ALL,
    "POST /past/delete": ALL,
    "GET /health": ALL,
    "GET /ready": ALL,
    "GET /library": ALL,
    "GET /library/text": ALL,
    "GET /library/clause": ALL,
    "GET /library/compare": ALL,
    "GET /console/login": ALL,
    "POST /console/login": ALL,
    "GET /console": STAFF,
    "POST /console/search": STAFF,
    "POST /console/ask": STAFF,
    "POST /console/open": STAFF,
    "POST /console/calculate": STAFF,
    "POST /console/call": STAFF,
    "POST /console/call/end": STAFF,
    "POST /console/handoff": STAFF,
    "GET /console/tickets": STAFF,
    "GET /console/tickets/{id}": STAFF,
    "POST /console/tickets/{id}": STAFF,
    "GET /console/tickets.csv": OVERSEERS,
    "GET /console/queue": OVERSEERS,
    "GET /console/queue/{turn}": OVERSEERS,
    "POST /console/queue/{turn}": OVERSEERS,
    "GET /console/accounts": ADMIN,
    "POST /console/accounts": ADMIN,
    "POST /console/accounts/change": ADMIN,
    "POST /console/clients": ADMIN,
    "POST /console/clients/revoke": ADMIN,
    "GET /console/audit": ADMIN,
    "POST /api/v1/ask": PROGRAM,
    "POST /api/v1/feedback": PROGRAM,
    "GET /api/v1/search": PROGRAM,
    "GET /api/v1/documents": PROGRAM,
    "GET /api/v1/documents/{id:path}": PROGRAM,
    "GET /api/v1/clauses": PROGRAM,
    "GET /api/v1/clauses/{id:path}": PROGRAM,
    "GET /api/v1/rules": PROGRAM,
    "GET /api/v1/rules/{id}": PROGRAM,
    "POST /api/v1/calculate": PROGRAM,
    "POST /api/v1/match": PROGRAM,
    "POST /api/v1/tickets": PROGRAM,
    "GET /api/v1/tickets": PROGRAM,
    "GET /api/v1/tickets/{id}": PROGRAM,
    "GET /api/v1/openapi.json": ALL,
    "GET /api/v1/docs": ALL,
    "GET /api/v1/docs/oauth2-redirect": ALL,
    "GET /v1/models": PROGRAM,
    "POST /v1/chat/completions": PROGRAM,
    "POST /mcp": PROGRAM,
    "POST /console/logout": STAFF,  # the last: it ends the login
}


@pytest.fixture(scope="module")
def desk(
    assistant: Assistant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    desk = with_staff(desk_of(assistant, tmp_path_factory.mktemp("access")))
    yield desk
    desk.log.close()


def browser_of(desk: Desk, role: str) -> TestClient:
    names = {"agent": "小王", "supervisor": "班长", "admin": "主任"}
    if role in names:
        return logged_in(desk, names[role])
    return program(desk) if role == "program" else client_of(desk)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_in_where_the_table_says_and_nowhere_else(desk: Desk, role: str):
    with browser_of(desk, role) as browser:
        for address, roles in OPEN.items():
            method, path = address.split(" ")
            path = path.replace("{id:path}", "x").replace("{id}", "x")
            answer = browser.request(
                method, path.replace("{turn}", "x"), follow_redirects=False
            )
            to_login = answer.headers.get("location") == "/console/login"
            refused = answer.status_code in (401, 403) or to_login
            leaving = address.endswith("logout") and role in STAFF
            assert (leaving or not refused) == (role in roles), (address, answer)


@pytest.mark.parametrize("role", ("agent", "supervisor"))
def test_the_door_of_another_role_says_403(desk: Desk, role: str):
    browser = browser_of(desk, role)
    for address, roles in OPEN.items():
        method, path = address.split(" ")
        if path.startswith("/console") and role not in roles:
            answer = browser.request(method, path.replace("{turn}", "x"))
            assert answer.status_code == 403, address
            assert "不归您的角色办" in answer.text


def test_every_address_stands_in_the_table(desk: Desk):
    found = set(addresses(client_of(desk).app.routes, ""))
    assert found - set(OPEN) == set()
    assert set(OPEN) - found == {"POST /mcp"}  # it takes any method


def addresses(routes: list[object], before: str) -> Iterator[str]:
    """Every address of our own; Gradio's are its own page's."""
    for route in routes:
        if isinstance(route, Mount) and route.path in ("/api/v1", "/v1"):
            yield from addresses(route.app.routes, before + route.path)
        elif isinstance(route, Route):
            for method in set(route.methods or ()) - {"HEAD"}:
                yield f"{method} {before}{route.path}"
        elif included := getattr(route, "original_router", None):
            yield from addresses(included.routes, before)


def test_a_ticket_of_another_agent_s_caller_is_not_there(desk: Desk):
    """Not 403: nobody learns that it exists."""
    ticket = create_ticket(desk.log, Handed("问题"), Actor("小李", "agent"))
    path = f"/console/tickets/{ticket.id}"
    assert browser_of(desk, "agent").get(path).status_code == 404
    assert browser_of(desk, "supervisor").get(path).status_code == 200
