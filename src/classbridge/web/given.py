"""What handlers are given besides the request: the open context, who acts, the posted form, and parameters."""

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from classbridge.bridge.policy import Actor
from classbridge.service.context import Context
from classbridge.web.forms import Form

Ctx = NamedDependency[Context]
Who = NamedDependency[Actor]
Sent = NamedDependency[Form]
Id = FromPath[str]
Asked = FromQuery[str | None]
