"""A desk with staff, and their browsers."""

from fastapi.testclient import TestClient
from pydantic import SecretStr
from web_desk import client_of

from assistant.staff.accounts import add_account
from assistant.staff.clients import add_client
from assistant.web.desk import Desk

PASSWORD = "correct horse battery"
PEOPLE = {"小王": "agent", "小李": "agent", "班长": "supervisor", "主任": "admin"}


def with_staff(desk: Desk) -> Desk:
    """The same desk, with two agents, a supervisor and an admin."""
    for name, role in PEOPLE.items():
        add_account(desk.log, name, role, SecretStr(PASSWORD), "test")
    return desk


def logged_in(desk: Desk, name: str) -> TestClient:
    """A browser in which somebody is logged in."""
    client = client_of(desk)
    entered = client.post("/console/login", data={"name": name, "password": PASSWORD})
    assert entered.url.path == "/console", entered.text
    return client


def program(desk: Desk, name: str = "portal") -> TestClient:
    """A program that calls the API with a key of its own."""
    client = client_of(desk)
    client.headers["authorization"] = f"Bearer {add_client(desk.log, name, 'test')}"
    return client
