"""What must not be kept or shown: national identity numbers, and people whose identity the SIS protects."""

import re
from collections.abc import Callable
from typing import Any

from classbridge.oneroster.models import User

MARKS = frozenset(
    {"protected", "protectedidentity", "addressprotected", "securitymarking", "confidential", "hiddenidentity"}
    | {"skyddadidentitet", "skyddadepersonuppgifter", "sekretessmarkering", "sekretess"}
)
"""Names of `metadata` fields, bare letters only, by which a SIS marks a person as protected.

OneRoster has no such field of its own (1.1 and 1.2, User); extensions live in `metadata`.
"""

UNMARKED = frozenset({"", "0", "false", "no", "nej", "none", "null", "inget", "ingen"})
"""Values of such a field that mark nobody."""

REDACTED = frozenset(
    {"skyddad identitet", "skyddad person", "skyddade personuppgifter", "skyddat namn", "sekretess sekretess"}
    | {"protected identity", "protected person", "confidential confidential", "name withheld"}
)
"""Names that a SIS sends in place of a protected one: given and family name in either order, folded."""


def without_national_number(text: str | None) -> str | None:
    """Return an identifier as it may be kept: None where it is, or holds, a national identity number."""
    return None if text and any(number.holds(text) for number in _NUMBERS) else text


def protected(user: User) -> bool:
    """Whether the SIS marks the person as protected, or sends a word in place of the name."""
    given, family = user.given_name.strip().casefold(), user.family_name.strip().casefold()
    if {f"{given} {family}".strip(), f"{family} {given}".strip()} & REDACTED:
        return True
    return any(_bare(name) in MARKS and _marks(value) for name, value in user.metadata.items())


def _bare(name: str) -> str:
    """A field's name without a vendor's prefix and without anything but letters."""
    return re.sub(r"[^a-zåäö]", "", re.split(r"[.:]", name)[-1].casefold())


def _marks(value: Any) -> bool:
    return str(value).strip().casefold() not in UNMARKED


class _Number:
    """A country's number: how it is written, and what its digits must fulfil."""

    def __init__(self, pattern: str, valid: Callable[[str], bool]) -> None:
        self.pattern = re.compile(rf"(?<![0-9A-Za-z]){pattern}(?![0-9A-Za-z])")
        self.valid = valid

    def holds(self, text: str) -> bool:
        """Whether the number stands in a text, alone or within other words."""
        return any(self.valid(re.sub(r"[-+ ]", "", found)) for found in self.pattern.findall(text))


def _swedish(digits: str) -> bool:
    """Personnummer and samordningsnummer: a date (the day raised by 60 in the latter) and a Luhn digit."""
    ten = digits[-10:]
    day = int(ten[4:6])
    doubled = (int(digit) * (2 - index % 2) for index, digit in enumerate(ten))
    dated = 1 <= int(ten[2:4]) <= 12 and (1 <= day <= 31 or 61 <= day <= 91)
    return dated and sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _american(digits: str) -> bool:
    """Social security number: no area 000, 666 or 9xx, no group 00, no serial 0000."""
    area = digits[:3]
    return area not in ("000", "666") and area[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"


def _norwegian(digits: str) -> bool:
    """Fødselsnummer: both check digits modulo 11."""
    first, second = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    return all(
        sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11 == 0
        for weights in (first, second)
    )


def _danish(digits: str) -> bool:
    """CPR number: a date; its check digit is no longer given to everybody."""
    return 1 <= int(digits[:2]) <= 31 and 1 <= int(digits[2:4]) <= 12


def _finnish(number: str) -> bool:
    """Henkilötunnus: the check character is the rest modulo 31."""
    digits = number[:6] + number[-4:-1]
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31] == number[-1]


_NUMBERS = (
    _Number(r"(?:19|20)?[0-9]{6}[-+ ]?[0-9]{4}", _swedish),
    # Nine bare digits are what many schools number students by: only the written form counts.
    _Number(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", _american),
    _Number(r"[0-9]{6} ?[0-9]{5}", _norwegian),
    _Number(r"[0-9]{6}-[0-9]{4}", _danish),
    _Number(r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]", _finnish),
)
