"""What the provider answers when it cannot do what was asked, in the words of each OneRoster version.

Codes: OneRoster 1.2 OpenAPI files (`imsx_StatusInfo`); OneRoster 1.1, the status information of its tables.
"""

import msgspec

from classbridge.oneroster.models import Version

MINOR_1_1 = {
    "unknownobject": "unknown object",
    "invaliddata": "invalid data",
    "unauthorisedrequest": "unauthorized",
}
"""1.1's spelling of a 1.2 minor code, where it differs."""


class ProviderError(Exception):
    """A refusal: its HTTP status, its minor code in 1.2's spelling, and a sentence for the caller's log."""

    def __init__(self, status: int, minor: str, description: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.minor = minor
        self.description = description
        self.headers = headers or {}


def unknown(what: str) -> ProviderError:
    """404: there is no such record."""
    return ProviderError(404, "unknownobject", f"There is no such {what}.")


def invalid(description: str) -> ProviderError:
    """422: the body is JSON, but not a record that can be stored."""
    return ProviderError(422, "invaliddata", description)


def unauthorised(description: str) -> ProviderError:
    """401: no valid credentials came with the request."""
    return ProviderError(401, "unauthorisedrequest", description, {"WWW-Authenticate": "Bearer"})


def forbidden(description: str) -> ProviderError:
    """403: the credentials are valid, but not for this."""
    return ProviderError(403, "forbidden", description)


def bad_filter(description: str) -> ProviderError:
    """400: the filter cannot be read or names a field that does not exist."""
    return ProviderError(400, "invalid_filter_field", description)


def status_info(minor: str, description: str, *, warning: bool = False) -> dict[str, str]:
    """One entry of 1.1's `statusInfoSet`."""
    return {
        "imsx_codeMajor": "success" if warning else "failure",
        "imsx_severity": "warning" if warning else "error",
        "imsx_codeMinor": MINOR_1_1.get(minor, minor),
        "imsx_description": description,
    }


def body(version: Version, minor: str, description: str) -> bytes:
    """The error body of a version."""
    if version is Version.V1_1:
        return msgspec.json.encode({"statusInfoSet": [status_info(minor, description)]})
    field = {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": minor}
    return msgspec.json.encode(
        {
            "imsx_codeMajor": "failure",
            "imsx_severity": "error",
            "imsx_description": description,
            "imsx_CodeMinor": {"imsx_codeMinorField": [field]},
        }
    )
