"""Vendors of SIS write through a public form that is bounded; whoever hosts the installation reads it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from classbridge.bridge.outcome import Code
from classbridge.cli import main
from classbridge.jobs import engine
from classbridge.service import interest
from classbridge.service.context import Context, open_context
from classbridge.service.errors import RefusedError
from classbridge.service.interest import VendorForm
from classbridge.store.migrations import migrate
from tests.installation import settings_for

FORM = VendorForm(product="Skolplattan", company="Skolplattan AB", contact="api@skolplattan.example")


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context]:
    settings = settings_for(tmp_path)
    engine.migrate(settings)
    with open_context(settings) as opened:
        migrate(opened.database)
        opened.now = lambda: datetime(2026, 11, 24, 12, tzinfo=UTC)
        yield opened


def test_what_a_vendor_writes_is_kept_and_cut_to_its_bounds(ctx: Context) -> None:
    interest.send(ctx, replace(FORM, oneroster="both", note="x" * 3000), "192.0.2.1")
    [kept] = interest.listed(ctx)
    assert (kept.product, kept.company, kept.contact) == (FORM.product, FORM.company, FORM.contact)
    assert (kept.oneroster, len(kept.note)) == ("both", 2000)


@pytest.mark.parametrize("field", ["product", "company", "contact"])
def test_what_is_missing_is_named_and_nothing_is_kept(ctx: Context, field: str) -> None:
    with pytest.raises(RefusedError) as refused:
        interest.send(ctx, replace(FORM, **{field: " "}), "192.0.2.1")
    assert (refused.value.said.code, refused.value.field) == (Code.FIELD_MISSING, field)
    assert interest.listed(ctx) == []


def test_a_word_of_no_list_about_oneroster_counts_as_none(ctx: Context) -> None:
    interest.send(ctx, replace(FORM, oneroster="9.9"), "192.0.2.1")
    assert interest.listed(ctx)[0].oneroster == "none"


def test_one_address_is_paused_for_an_hour_after_five_forms_and_others_are_not(ctx: Context) -> None:
    for _ in range(interest.MOST_PER_ADDRESS):
        interest.send(ctx, FORM, "192.0.2.1")
    with pytest.raises(RefusedError) as refused:
        interest.send(ctx, FORM, "192.0.2.1")
    assert (refused.value.said.code, refused.value.status) == (Code.FORM_PAUSED, 429)
    interest.send(ctx, FORM, "192.0.2.2")
    assert len(interest.listed(ctx)) == interest.MOST_PER_ADDRESS + 1
    later = ctx.now() + timedelta(minutes=61)
    ctx.now = lambda: later
    interest.send(ctx, FORM, "192.0.2.1")


def test_all_addresses_together_are_bounded_too(ctx: Context) -> None:
    for number in range(interest.MOST_OF_ALL):
        interest.send(ctx, FORM, f"198.51.100.{number}")
    with pytest.raises(RefusedError):
        interest.send(ctx, FORM, "203.0.113.1")


def test_the_operator_reads_it_in_the_terminal(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    interest.send(ctx, replace(FORM, oneroster="planned", note="Autumn"), "192.0.2.1")
    monkeypatch.setattr("classbridge.cli.house.settings", lambda: ctx.settings)
    shown = CliRunner().invoke(main, ["setup", "vendors"])
    assert shown.exit_code == 0
    assert "Skolplattan AB (api@skolplattan.example); OneRoster: planned" in shown.output
    assert "Autumn" in shown.output
