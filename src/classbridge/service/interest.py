"""The public form in which vendors of a SIS say that they want to be listed. Sending it guarantees nothing."""

import uuid
from datetime import timedelta

from msgspec import Struct

from classbridge.bridge.outcome import Code
from classbridge.service.context import Context
from classbridge.service.errors import refuse
from classbridge.store import accounts, unlisted
from classbridge.store.unlisted import VendorInterest

WINDOW = timedelta(hours=1)
MOST_PER_ADDRESS = 5
MOST_OF_ALL = 100
"""Forms that are taken within `WINDOW` from one network address, and from everybody."""

ONEROSTER = ("1.2", "1.1", "both", "csv", "planned", "none")
"""What a SIS may have of OneRoster."""


class VendorForm(Struct, frozen=True, kw_only=True):
    """What a vendor writes."""

    product: str
    company: str
    contact: str
    oneroster: str = "none"
    note: str = ""


def send(ctx: Context, form: VendorForm, address: str) -> None:
    """Keep what a vendor wrote; raises `RefusedError` for what is missing, and after too many from one address."""
    subject, since = f"form:{address}", ctx.now() - WINDOW
    too_many = accounts.count_failures(ctx.database, subject, since) >= MOST_PER_ADDRESS
    if too_many or unlisted.count_interests(ctx.database, since) >= MOST_OF_ALL:
        raise refuse(Code.FORM_PAUSED, minutes=round(WINDOW.total_seconds() / 60))
    for name in ("product", "company", "contact"):
        if not getattr(form, name).strip():
            raise refuse(Code.FIELD_MISSING, field=name)
    accounts.record_failure(ctx.database, subject, ctx.now())
    made = VendorInterest(
        id=str(uuid.uuid4()),
        product=form.product.strip()[:200],
        company=form.company.strip()[:200],
        contact=form.contact.strip()[:320],
        oneroster=form.oneroster if form.oneroster in ONEROSTER else "none",
        note=form.note.strip()[:2000],
        created_at=ctx.now(),
    )
    unlisted.add_interest(ctx.database, made)


def listed(ctx: Context) -> list[VendorInterest]:
    """All that vendors wrote, newest first: for whoever hosts the installation, who has its database anyway."""
    return unlisted.interests(ctx.database)
