"""The REST API as an application of its own, with its page in /api/v1/docs."""

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from assistant.web.api import ask, sums, texts, ticket_routes
from assistant.web.api.problems import documented, explain_problems
from assistant.web.desk import Desk
from prompts import say

ADDRESS = "/api/v1"
ROUTERS = (ask.router, texts.router, sums.router, ticket_routes.router)


def create_api(desk: Desk) -> FastAPI:
    """The API over a desk, to be mounted at ADDRESS; it needs nothing from outside."""
    api = FastAPIOffline(
        title=say("api.title"),
        description=say("api.description"),
        version="1",
        redoc_url=None,
        static_url="/static",
        responses=documented(),
        servers=[{"url": ADDRESS}],
        root_path_in_servers=False,
    )
    api.state.desk = desk
    for router in ROUTERS:
        api.include_router(router)
    explain_problems(api)
    for path in api.openapi()["paths"].values():  # made once and kept
        for operation in path.values():
            operation.pop("description", None)  # a docstring: for who reads the code
    return api
