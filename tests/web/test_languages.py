import html
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace

from classbridge.jobs.workflows import BY_KIND
from classbridge.service.context import Context
from classbridge.store import accounts
from classbridge.text import check
from classbridge.text.languages import LANGUAGES, catalogue, choose, translations
from classbridge.web.pages import environment
from classbridge.web.words.states import RUN_KINDS
from tests.web import values
from tests.web.conftest import ADMIN, PAGES, TEACHER, SignIn, post


def test_the_catalogues_are_complete() -> None:
    pages = check.wanted()
    assert len(pages) > 300
    assert [line for language in LANGUAGES for line in check.problems(language, pages)] == []


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the Swedish catalogue that may be damaged."""
    copy = tmp_path / "messages.po"
    copy.write_bytes(catalogue("sv").read_bytes())
    monkeypatch.setattr(check, "catalogue", lambda _: copy)
    return copy


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('msgstr "Logga in"', 'msgstr ""', "untranslated: 'Sign in'"),
        ('msgid "Password"', 'msgid "Passphrase"', "missing: 'Password'"),
        ('msgid "Password"', 'msgid "Passphrase"', "no page uses: 'Passphrase'"),
        ("Åtgärda %(count)s", "Åtgärda %(number)s", "other placeholders than in English: 'Fix %(count)s'"),
        ("\n#: web/errors.py\n", "\n#, fuzzy\n", "untranslated"),
        ("\n#: web/errors.py\n", '\n#~ msgid "Old"\n#~ msgstr "Gammal"\n\n#: web/errors.py\n', "obsolete: 'Old'"),
    ],
)
def test_a_gap_in_a_catalogue_is_named(broken: Path, before: str, after: str, complaint: str) -> None:
    text = broken.read_text("utf-8")
    assert before in text
    broken.write_text(text.replace(before, after, 1), "utf-8")
    assert any(complaint in line for line in check.problems("sv", check.wanted()))


def test_the_update_keeps_what_is_translated(broken: Path) -> None:
    before = {str(message.id): message.string for message in check.kept("sv")}
    check.update("sv", check.wanted())
    written = broken.read_text("utf-8")
    after = {str(message.id): message.string for message in check.kept("sv")}
    assert {key: text for key, text in after.items() if key} == {key: text for key, text in before.items() if key}
    check.update("sv", check.wanted())
    assert broken.read_text("utf-8") == written


@pytest.mark.parametrize(
    ("wishes", "header", "chosen"),
    [
        (["sv", "en"], "en", "sv"),
        ([None, "sv"], "en", "sv"),
        ([None, None], "sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ([None, None], "de, sv;q=0.2, en;q=0.1", "sv"),
        ([None, None], "en;q=0.1, sv;q=0", "en"),
        (["xx", None], "fi", "en"),
        ([None, None], "sv;q=high", "en"),
        ([None, None], "", "en"),
    ],
)
def test_the_persons_wish_comes_first_then_the_browsers(
    wishes: list[str | None], header: str, chosen: str
) -> None:
    assert choose(wishes, header, "en") == chosen


def test_the_operators_language_serves_those_who_ask_for_none_of_ours() -> None:
    assert choose([], "fi", "sv") == "sv"


def test_every_page_switches_its_language_and_says_so(client: TestClient[Litestar]) -> None:
    client.get("/signin")
    for language, word in (("sv", "Logga in"), ("en", "Sign in")):
        answer = post(client, "/language", language=language, next="/signin")
        assert (answer.status_code, answer.headers["location"]) == (303, "/signin")
        text = client.get("/signin").text
        assert f'<html lang="{language}"' in text
        assert word in text


def test_an_unknown_language_changes_nothing(client: TestClient[Litestar]) -> None:
    client.get("/signin")
    post(client, "/language", language="xx")
    assert client.cookies.get("language") is None


def test_a_signed_in_persons_language_is_kept_with_the_account(ctx: Context, signed_in: SignIn) -> None:
    client = signed_in(TEACHER)
    post(client, "/language", language="sv", next="/classes")
    person = accounts.by_email(ctx.database, TEACHER)
    assert person is not None
    assert person.language == "sv"
    client.cookies.clear()
    assert '<html lang="sv"' in signed_in(TEACHER).get("/classes").text


@pytest.mark.usefixtures("answers")
@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in PAGES.items() for path in paths])
def test_a_swedish_page_holds_no_english(
    client: TestClient[Litestar], signed_in: SignIn, who: str, path: str
) -> None:
    if who:
        signed_in(who)
    client.get("/signin")
    post(client, "/language", language="sv")
    text = client.get(path).text
    words = re.sub(r"<(script|style).*?</\1>|<[^>]+>", "|", text, flags=re.DOTALL)
    found = {part.strip() for part in words.split("|")}
    swedish = translations("sv")
    english = {
        str(message.id)
        for message in check.wanted()
        if isinstance(message.id, str) and message.id and swedish.gettext(message.id) != message.id
    }
    assert found & english == set()


@pytest.mark.parametrize(("language", "shown"), [("en", "1,234.5"), ("sv", "1\N{NO-BREAK SPACE}234,5")])
def test_numbers_are_local(language: str, shown: str) -> None:
    assert environment(language).filters["number"](Decimal("1234.50")) == shown


def test_times_are_the_districts(signed_in: SignIn, answers: dict[str, object]) -> None:
    then = datetime(2025, 7, 1, 22, 30, tzinfo=UTC)
    answers["class_list"] = replace(values.CLASS_LIST, as_of=then)
    assert "2 Jul 2025 00:30" in signed_in(ADMIN).get("/classes").text


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            (
                "Export failed. The SIS can't be reached. Contact your IT administrator if you need help.",
                "Your grades are kept and will be sent when the SIS answers.",
            ),
        ),
        (
            "sv",
            (
                "Exporten misslyckades. Det går inte att nå SIS. Kontakta IT-administratören om du behöver hjälp.",
                "Dina betyg är sparade och skickas när SIS svarar.",
            ),
        ),
    ],
)
def test_an_export_that_waits_for_the_sis_says_so_on_its_page(
    answers: dict[str, object], signed_in: SignIn, language: str, sentences: tuple[str, str]
) -> None:
    client = signed_in(TEACHER)
    post(client, "/language", language=language, next="/classes")
    for part in ("/exports/r-waiting", "/runs/r-waiting/progress"):  # opened now, and asked for by an open page
        shown = html.unescape(client.get(part).text)
        assert all(sentence in shown for sentence in sentences)


def test_every_kind_of_run_has_a_name() -> None:
    assert set(BY_KIND) <= set(RUN_KINDS)


def test_a_swedish_page_writes_the_sis_s_grades_with_a_comma(
    signed_in: SignIn, ctx: Context, answers: dict[str, object]
) -> None:
    client = signed_in(TEACHER)
    post(client, "/language", language="sv", next="/")
    several = replace(values.line("Bo Berg", "held", "STUDENT_AMBIGUOUS_EMAIL"), several=("12.5", "7"))
    grade = replace(values.EXPORT_PREVIEW.take_back[0], value="11.25 (exempt)")
    assignments = (values.assignment(0, (several,)),)
    answers["export_preview"] = replace(values.EXPORT_PREVIEW, assignments=assignments, take_back=(grade,))
    text = client.get("/exports/preview/r-preview-export").text
    assert "12,5; 7" in text
    assert "11,25 (exempt)" in text
