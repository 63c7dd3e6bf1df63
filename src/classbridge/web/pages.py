"""Rendering: one Jinja environment per language, and the values that every page gets."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime, format_time
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context as TemplateContext
from litestar import Response
from litestar.enums import MediaType
from litestar.response import Redirect
from litestar.utils.scope.state import ScopeState
from markupsafe import Markup, escape

from classbridge.bridge.outcome import Code, Outcome
from classbridge.sis.guide import segments
from classbridge.text import languages, outcomes
from classbridge.web.reader import PageRequest, Reader, reader_of
from classbridge.web.words import audit as audit_words
from classbridge.web.words import google as google_words
from classbridge.web.words import grades as grade_words
from classbridge.web.words import notices, states
from classbridge.web.words import people as people_words
from classbridge.web.words import sis as sis_words

HERE = Path(__file__).parent
STATIC = HERE / "static"
HTMX_HEADER = "hx-request"


@cache
def environment(language: str) -> Environment:
    """Make the environment of one language: its texts, dates and numbers."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    translations = languages.translations(language)
    made.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(_filters(language))
    made.globals.update(
        chips=states.CHIPS,
        decisions=grade_words.DECISIONS,
        fixes=grade_words.FIXES,
        in_classroom=grade_words.IN_CLASSROOM,
        stops=lambda said: Outcome(Code(said.code)).blocks,
        undo_steps=grade_words.UNDO_STEPS,
        people_words=people_words.PEOPLE,
        people_states=people_words.PEOPLE_STATES,
        people_choices=people_words.PEOPLE_CHOICES,
        match_reasons=people_words.MATCH_REASONS,
        kept_words=people_words.KEPT,
        key_states=sis_words.KEY_STATES,
        sis_states=sis_words.SIS_STATES,
        confidences=sis_words.CONFIDENCE,
        proofs=sis_words.PROOFS,
        proof_states=sis_words.PROOF_STATES,
        why_checks=people_words.WHY,
        check_states=states.CHECK_STATES,
        kinds=sis_words.KINDS,
        kind_help=sis_words.KIND_HELP,
        run_kinds=states.RUN_KINDS,
        run_states=states.RUN_STATES,
        roles=people_words.ROLES,
        audit_actions=audit_words.ACTIONS,
        audit_subjects=audit_words.SUBJECTS,
        cell_states=grade_words.CELL_STATES,
        cell_words=grade_words.cell_words,
        package_states=sis_words.PACKAGE_STATES,
        fits_looks=sis_words.FITS,
        classroom_api=google_words.CLASSROOM_API,
        card_outcomes=sis_words.CARD_OUTCOMES,
        languages=languages.LANGUAGES,
        explain=lambda said: outcomes.explain(said.code, said.params, language),
        owner_names=outcomes.catalogue(language).owners,
        owner_of=lambda said: outcomes.catalogue(language).texts[said.code].owner,
        static=static_url,
    )
    return made


@cache
def static_url(path: str) -> str:
    """Return a static file's address with a mark of its content, so that browsers may keep it."""
    return f"/static/{path}?v={sha256((STATIC / path).read_bytes()).hexdigest()[:12]}"


def fragment(request: PageRequest, template: str, **values: Any) -> str:
    """Render a template for the request's reader."""
    reader = reader_of(request)
    notice = notices.NOTICES.get(request.query_params.get("notice", ""))
    return (
        environment(reader.language)
        .get_template(template)
        .render(
            reader=reader,
            csrf_token=_form_token(request),
            path=request.url.path,
            here=_address(request),
            notice=notice,
            **values,
        )
    )


def render(request: PageRequest, template: str, status: int = 200, **values: Any) -> Response[bytes]:
    """Answer with a page. Rendered here, in the handler's own thread, so that long tables hold nobody up."""
    return Response(
        fragment(request, template, **values).encode(),
        status_code=status,
        media_type=MediaType.HTML,
        headers={"vary": "Accept-Language, Cookie"},
    )


def see(path: str, notice: str = "") -> Redirect:
    """Send the browser on after a change, so that reloading repeats nothing."""
    return Redirect(path + (f"?notice={notice}" if notice else ""), status_code=303)


def from_htmx(request: PageRequest) -> bool:
    """Whether HTMX asks for a part of a page."""
    return request.headers.get(HTMX_HEADER) == "true"


def translated(request: PageRequest, text: str) -> str:
    """Translate a text that Python chose."""
    return languages.translations(reader_of(request).language).gettext(text)


def _form_token(request: PageRequest) -> str:
    """Return the token that forms send back; a page that does not exist has only the cookie's."""
    token = ScopeState.from_scope(request.scope).csrf_token
    return token if isinstance(token, str) else request.cookies.get("csrftoken", "")


def _address(request: PageRequest) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def _filters(language: str) -> Mapping[str, Any]:
    locale = languages.locale(language)

    @pass_context
    def moment(context: TemplateContext, value: datetime | None) -> str:
        """A time of today as 14:02, any other with its day."""
        if value is None:
            return ""
        reader: Reader = context["reader"]
        local = _aware(value).astimezone(reader.time_zone)
        if local.date() == datetime.now(reader.time_zone).date():
            return format_time(local, "short", locale=locale)
        same_year = local.year == datetime.now(reader.time_zone).year
        return format_datetime(local, "d MMM HH:mm" if same_year else "d MMM y HH:mm", locale=locale)

    @pass_context
    def exact(context: TemplateContext, value: datetime | None) -> str:
        """A time in full, for tables of record."""
        if value is None:
            return ""
        reader: Reader = context["reader"]
        return format_datetime(_aware(value).astimezone(reader.time_zone), "y-MM-dd HH:mm:ss", locale=locale)

    def day(value: date | None) -> str:
        return format_date(value, "d MMM y", locale=locale) if value else ""

    def number(value: Decimal | float | None) -> str:
        return "" if value is None else languages.number(str(value), language)

    def sentence(value: str) -> str:
        return value[:1].upper() + value[1:]

    def inner(value: str) -> str:
        return value[:1].lower() + value[1:]

    texts = {"sentence": sentence, "inner": inner, "menus": _menus}
    return texts | {
        "moment": moment,
        "exact": exact,
        "day": day,
        "number": number,
        "grade": partial(languages.grade, language=language),
    }


def _menus(value: str) -> Markup:
    """A guide's text with the names of menus set apart."""
    strong = Markup("<strong>{}</strong>")
    return Markup("").join(strong.format(piece) if menu else escape(piece) for piece, menu in segments(value))


def _aware(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)
