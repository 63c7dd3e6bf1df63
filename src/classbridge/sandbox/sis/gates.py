"""What a made-up SIS asks of a request before it looks at it: a second credential, a licence to write."""

import hmac

from classbridge.oneroster.provider import Call, ProviderError
from classbridge.oneroster.provider.errors import forbidden, unauthorised
from classbridge.oneroster.provider.options import Gate
from classbridge.sandbox.faults import FaultBoard
from classbridge.sandbox.sis.personality import Personality


def gates_of(habits: Personality, vendor_credential: str, board: FaultBoard) -> tuple[Gate, ...]:
    """The gates of a SIS; `vendor_credential` is what its vendor header must hold."""

    def vendor_header(call: Call) -> None:
        collections = call.operation.path.strip("/").split("/")[0::2]
        if habits.vendor_header and set(collections) & set(habits.vendor_header_on):
            given = call.headers.get(habits.vendor_header, "")
            if not hmac.compare_digest(given.encode(), vendor_credential.encode()):
                raise unauthorised(f"The header {habits.vendor_header} is missing or wrong.")

    def write_licence(call: Call) -> None:
        writes = call.operation.method != "GET"
        if writes and (not habits.write_licence or board.take("no-write-licence")):
            raise forbidden("This connection is not licensed to write.")

    def deletes(call: Call) -> None:
        kept = {"deleteLineItem": not habits.delete_line_items, "deleteResult": not habits.delete_results}
        if kept.get(call.operation.id):
            raise ProviderError(habits.delete_status, "deletefailure", "This cannot be deleted.")

    return (vendor_header, write_licence, deletes)
