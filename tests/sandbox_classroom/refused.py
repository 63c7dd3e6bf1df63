"""What the stand-in refused, and how."""

import json
from typing import Any, NamedTuple

import pytest
from googleapiclient.errors import HttpError


class Refusal(NamedTuple):
    code: int
    status: str
    token: str


def refused(request: Any) -> Refusal:
    """Execute a request of Google's client that must fail."""
    with pytest.raises(HttpError) as raised:
        request.execute()
    error = json.loads(raised.value.content)["error"]
    assert error["code"] == raised.value.resp.status
    head = error["message"].partition(" ")[0]
    return Refusal(error["code"], error["status"], head[1:] if head.startswith("@") else "")
