"""The one method of the Directory API that the stand-in has: users.get of directory v1, for administrators."""

import re
from urllib.parse import unquote

from classbridge.sandbox.classroom import scopes
from classbridge.sandbox.classroom.errors import Json, denied, not_found, out_of_scope
from classbridge.sandbox.classroom.state import State
from classbridge.sandbox.classroom.tokens import Grant

_USER = re.compile(r"/?admin/directory/v1/users/([^/]+)")


class Directory:
    """The users of the stand-in's domain."""

    def __init__(self, state: State) -> None:
        self._state = state

    def asked(self, http: str, raw_path: str) -> str | None:
        """The user key of a request that is for the Directory; None for any other."""
        found = _USER.fullmatch(raw_path) if http == "GET" else None
        return unquote(found[1]) if found else None

    def user(self, key: str, grant: Grant) -> Json:
        """A user by id or address; only an administrator may ask. Raises `ApiError`."""
        if scopes.DIRECTORY not in grant.scopes:
            raise out_of_scope()
        caller = self._state.accounts.get(grant.account_id or "")
        if caller is None or not caller.admin:
            raise denied("Not Authorized to access this resource/api")
        account = self._state.account(key)
        if account is None:
            raise not_found()
        return {
            "kind": "admin#directory#user",
            "id": account.id,
            "primaryEmail": account.email,
            "customerId": self._state.customer_id,
            "isAdmin": account.admin,
            "isDelegatedAdmin": False,
            "suspended": False,
        }
