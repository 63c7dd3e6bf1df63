"""The district's export policy and schedule, and the settings of a class."""

from typing import Any

from litestar import Response, get, post

from classbridge.service import class_settings, policy
from classbridge.service.errors import RefusedError
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest
from classbridge.web.words import grades as grade_words

FIELDS = ("drift", "nightly_at", "quiet_from", "quiet_until")
OF_CLASS = "/classes/{course_id:str}/settings"


@get("/admin/policy", sync_to_thread=True)
def policy_page(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """What holds for every class without settings of its own."""
    found = policy.view(ctx, actor)
    entered = {name: getattr(found, name) for name in FIELDS}
    return render(request, "admin/policy.html", policy=found, entered=entered, drift_words=grade_words.DRIFTS)


@post("/admin/policy", sync_to_thread=True)
def policy_save(request: PageRequest, ctx: Ctx, actor: Who, form: Sent) -> Response[Any]:
    """Decide anew; what does not fit is said beside its field."""
    entered = {name: form.text(name) for name in FIELDS}
    try:
        policy.save(ctx, actor, **entered)
    except RefusedError as error:
        if not error.field:
            raise
        wrong = {"said": error.said, "field": error.field, "entered": entered}
        found = policy.view(ctx, actor)
        return render(
            request, "admin/policy.html", error.status, policy=found, drift_words=grade_words.DRIFTS, **wrong
        )
    return see("/admin/policy", "policy")


@get(OF_CLASS, sync_to_thread=True)
def class_page(request: PageRequest, ctx: Ctx, actor: Who, course_id: Id) -> Response[bytes]:
    """What a class has decided for itself, and its nights."""
    return render(
        request,
        "classes/settings.html",
        settings=class_settings.view(ctx, actor, course_id),
        policy=policy.view(ctx, actor),
        drift_words=grade_words.DRIFTS,
    )


@post(OF_CLASS, sync_to_thread=True)
def class_save(ctx: Ctx, actor: Who, course_id: Id, form: Sent) -> Response[Any]:
    """Decide anew for a class."""
    class_settings.save(
        ctx,
        actor,
        course_id,
        drift=form.text("drift") or class_settings.DISTRICT,
        nightly_export=form.ticked("nightly_export"),
        nightly_import=form.ticked("nightly_import"),
    )
    return see(f"/classes/{course_id}/settings", "class-settings")


ROUTES = (policy_page, policy_save, class_page, class_save)
