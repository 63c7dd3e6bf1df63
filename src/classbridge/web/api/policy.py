"""The district's export policy and schedule, and the settings of a class."""

from litestar import get, put
from litestar.params import JSONBody
from msgspec import Struct

from classbridge.service import class_settings, policy
from classbridge.service.class_settings import ClassSettingsView
from classbridge.service.policy import PolicyView
from classbridge.web.given import Ctx, Id, Who

OF_CLASS = "/classes/{course_id:str}/settings"


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The drift policy (ask, overwrite or keep), and times such as "02:00"; empty: no quiet hours."""

    drift: str
    nightly_at: str
    quiet_from: str = ""
    quiet_until: str = ""


class ClassSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change: the drift policy ("district": the district's), and what runs every night."""

    drift: str | None = None
    nightly_export: bool | None = None
    nightly_import: bool | None = None


@get("/policy", sync_to_thread=True)
def policy_view(ctx: Ctx, actor: Who) -> PolicyView:
    """Give the district's policy."""
    return policy.view(ctx, actor)


@put("/policy", sync_to_thread=True)
def policy_save(ctx: Ctx, actor: Who, data: JSONBody[Policy]) -> PolicyView:
    """Decide the district's policy anew."""
    return policy.save(
        ctx,
        actor,
        drift=data.drift,
        nightly_at=data.nightly_at,
        quiet_from=data.quiet_from,
        quiet_until=data.quiet_until,
    )


@get(OF_CLASS, sync_to_thread=True)
def class_view(ctx: Ctx, actor: Who, course_id: Id) -> ClassSettingsView:
    """Give a class's settings, with its next and its last nightly run."""
    return class_settings.view(ctx, actor, course_id)


@put(OF_CLASS, sync_to_thread=True)
def class_save(ctx: Ctx, actor: Who, course_id: Id, data: JSONBody[ClassSettings]) -> ClassSettingsView:
    """Decide a class's settings anew; what is left out stays as it is."""
    return class_settings.save(
        ctx,
        actor,
        course_id,
        drift=data.drift,
        nightly_export=data.nightly_export,
        nightly_import=data.nightly_import,
    )


ROUTES = (policy_view, policy_save, class_view, class_save)
