"""schemathesis asks the API what its document allows, and what it does not."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from served import served
from web_desk import desk_of

from assistant import grounding
from assistant.chat import Assistant
from assistant.staff.clients import add_client
from assistant.web.api.app import create_api

EXAMPLES = 40  # of each operation, and as many again that its document forbids
CHECKS = [
    *(not_a_server_error, status_code_conformance),
    *(content_type_conformance, response_schema_conformance),
]
PATHS = create_api(None).openapi()["paths"]
OPERATIONS = [
    (path, method, mode)
    for path, own in PATHS.items()
    for method, operation in own.items()
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    # Of /tickets/{id} nothing is forbidden.
    if mode == GenerationMode.POSITIVE
    or "requestBody" in operation
    or any(p["in"] == "query" for p in operation["parameters"])
]


@pytest.fixture(scope="module")
def schema(
    assistant: Assistant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[schemathesis.schemas.BaseSchema]:
    """The document of a running API, with the header that opens it."""
    desk = desk_of(assistant, tmp_path_factory.mktemp("schema"))
    key = add_client(desk.log, "schemathesis", "test")
    with served(desk) as url:
        loaded = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json")
        loaded.config.update(headers={"authorization": f"Bearer {key}"})
        yield loaded
    desk.log.close()


@pytest.mark.parametrize(("path", "method", "mode"), OPERATIONS)
def test_no_request_breaks_the_api(
    schema: schemathesis.schemas.BaseSchema,
    path: str,
    method: str,
    mode: GenerationMode,
):
    operation = schema[path][method.upper()]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)

    assert grounding.strict
    ask()
