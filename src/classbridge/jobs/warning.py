"""Warnings by e-mail, 30, 14, 7 and 1 days before a connection's keys run out."""

from datetime import date
from zoneinfo import ZoneInfo

import structlog
from babel.dates import format_date

from classbridge import mail
from classbridge.bridge import expiry
from classbridge.bridge.policy import Role
from classbridge.jobs.runtime import Runtime, here, now
from classbridge.jobs.workflow import every, step
from classbridge.sis.registry import profile
from classbridge.store import accounts, connections, districts, warnings
from classbridge.store.accounts import Account
from classbridge.store.connections import Connection
from classbridge.store.database import District
from classbridge.store.districts import DistrictInfo
from classbridge.text import languages, letters

log = structlog.get_logger(__name__)


@every("key-warnings", "5,35 * * * *")
def key_warnings() -> None:
    """Look twice an hour: a mail server that is away, or a worker that slept, makes a warning late, not lost."""
    for district_id in _district_ids():
        warn(district_id)


@step("key-warnings.districts")
def _district_ids() -> list[str]:
    runtime = here()
    if not mail.offered(runtime.settings):
        return []
    return [district.id for district in districts.list_all(runtime.database)]


@step("key-warnings.warn")
def warn(district_id: str) -> int:
    """Send what is due in one district; how many connections were warned of."""
    runtime = here()
    info = districts.get(runtime.database, district_id)
    if info is None:
        return 0
    district = runtime.district(district_id)
    today = now().astimezone(ZoneInfo(info.time_zone)).date()
    with district.read() as rows:
        connected = [one for one in connections.list_all(rows) if one.state == "connected"]
    return sum(_warn_of(runtime, district, info, one, today) for one in connected)


def _warn_of(
    runtime: Runtime, district: District, info: DistrictInfo, connection: Connection, today: date
) -> bool:
    with district.read() as rows:
        last = expiry.last_day(connections.lives(rows, connection.id), today)
        sent = warnings.sent(rows, connection.id, last) if last else set()
    days = expiry.due_warning(last, today, sent)
    if last is None or days is None:
        return False
    reached = [_tell(runtime, admin, info, connection, last) for admin in _admins(runtime, district.id)]
    if not any(reached):
        return False
    with district.write() as rows:
        warnings.record(rows, connection.id, last, days, now())
    return True


def _admins(runtime: Runtime, district_id: str) -> list[Account]:
    people = accounts.of_district(runtime.database, district_id)
    return [person for person, roles in people if Role.ADMIN in roles and person.disabled_at is None]


def _tell(runtime: Runtime, admin: Account, info: DistrictInfo, connection: Connection, last: date) -> bool:
    language = languages.choose((admin.language, info.language), "", runtime.settings.default_language)
    letter = letters.write(
        "KEY_EXPIRES",
        language,
        {
            "sis": profile(connection.vendor).name,
            "district": info.name,
            "day": format_date(last, "long", locale=languages.locale(language)),
            "url": f"{runtime.settings.base_url}/admin/sis/{connection.id}",
        },
    )
    try:
        mail.send(runtime.settings, admin.email, letter.subject, letter.body)
    except mail.MailError as error:
        log.warning("mail.failed", reason=str(error), account_id=admin.id)
        return False
    return True
