"""How the Classroom API says no: google.rpc statuses in Google's JSON shape."""

from typing import Any

Json = dict[str, Any]

_CODES = {
    "INVALID_ARGUMENT": (400, "badRequest"),
    "FAILED_PRECONDITION": (400, "failedPrecondition"),
    "UNAUTHENTICATED": (401, "authError"),
    "PERMISSION_DENIED": (403, "forbidden"),
    "NOT_FOUND": (404, "notFound"),
    "ALREADY_EXISTS": (409, "alreadyExists"),
    "RESOURCE_EXHAUSTED": (429, "rateLimitExceeded"),
    "INTERNAL": (500, "backendError"),
    "UNAVAILABLE": (503, "backendError"),
}


class ApiError(Exception):
    """A refusal of the API. `cause` is the `@Token` that Classroom starts its message with."""

    def __init__(self, status: str, message: str, *, cause: str = "", reason: str = "") -> None:
        super().__init__(status)
        self.code, self._reason = _CODES[status]
        self.status = status
        self.message = f"@{cause} {message}" if cause else message
        self._info = reason
        if reason == "SERVICE_DISABLED":
            self._reason = "accessNotConfigured"

    def json(self) -> Json:
        """The body of the answer."""
        error: Json = {
            "code": self.code,
            "message": self.message,
            "errors": [{"message": self.message, "domain": "global", "reason": self._reason}],
            "status": self.status,
        }
        if self._info:
            error["details"] = [
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": self._info,
                    "domain": "googleapis.com",
                    "metadata": {"service": "classroom.googleapis.com"},
                }
            ]
        return {"error": error}


def invalid(message: str) -> ApiError:
    """The request is malformed."""
    return ApiError("INVALID_ARGUMENT", message)


def denied(message: str = "The caller does not have permission", *, cause: str = "") -> ApiError:
    """The caller may not do this."""
    return ApiError("PERMISSION_DENIED", message, cause=cause)


def out_of_scope() -> ApiError:
    """The token's scopes are not enough."""
    return ApiError(
        "PERMISSION_DENIED",
        "Request had insufficient authentication scopes.",
        reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    )


def disabled(api: str) -> ApiError:
    """The API is not enabled in the Cloud project."""
    return ApiError(
        "PERMISSION_DENIED",
        f"{api} has not been used in project classbridge-sandbox before or it is disabled.",
        reason="SERVICE_DISABLED",
    )


def not_found() -> ApiError:
    """No such thing."""
    return ApiError("NOT_FOUND", "Requested entity was not found.")


def exists() -> ApiError:
    """It is already there."""
    return ApiError("ALREADY_EXISTS", "Requested entity already exists")


def precondition(message: str = "Precondition check failed.", *, cause: str = "") -> ApiError:
    """The state of things does not allow it."""
    return ApiError("FAILED_PRECONDITION", message, cause=cause)
