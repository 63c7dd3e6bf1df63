"""Faults of signing in, paging, filtering and erring: the records are right, and what is said of them is not."""

import secrets
from urllib.parse import urlsplit, urlunsplit

import msgspec
from litestar.types import Scope

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider.selection import COLLECTIONS
from classbridge.sandbox.sis.exchange import Answer, segments
from classbridge.sandbox.sis.faults_exchange import Exchange, Fault, api, collection, later_page

_JSON = {"content-type": "application/json"}
_asked: set[bytes] = set()
_PAGE = b"<!doctype html><title>Welcome</title><h1>Welcome</h1>"


def _token(scope: Scope) -> bool:
    return not api(scope)


def _read(scope: Scope) -> bool:
    return api(scope) and scope.get("method") == "GET"


async def _any_secret(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    if answer.status != 401:
        return answer
    body = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 3600}
    return Answer(status=200, body=msgspec.json.encode(body), headers=_JSON)


async def _no_lifetime(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    body = msgspec.json.decode(answer.body)
    body.pop("expires_in", None)
    answer.body = msgspec.json.encode(body)
    return answer


async def _open_door(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    if answer.status != 401:
        return answer
    return Answer(status=200, body=msgspec.json.encode({exchange.path[-1]: []}), headers=_JSON)


async def _redirect(exchange: Exchange) -> Answer:  # noqa: ARG001 - it never looks at the request
    return Answer(status=302, headers={"location": "https://elsewhere.example/ims/oneroster"})


async def _text_plain(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    answer.headers["content-type"] = "text/plain"
    return answer


async def _ignore_filter(exchange: Exchange) -> Answer:
    return await exchange.forward(filter=None)


async def _ignore_sort(exchange: Exchange) -> Answer:
    return await exchange.forward(sort=None, orderBy=None)


async def _ignore_fields(exchange: Exchange) -> Answer:
    return await exchange.forward(fields=None)


async def _ignore_delta(exchange: Exchange) -> Answer:
    asks = exchange.query.get("filter", "").startswith("dateLastModified")
    return await exchange.forward(**{"filter": None} if asks else {})


async def _ignore_unknown_field(exchange: Exchange) -> Answer:
    answer = await exchange.forward(body=b"")
    return await exchange.forward(body=b"", filter=None) if answer.status == 400 else answer


async def _or_as_and(exchange: Exchange) -> Answer:
    asked = exchange.query.get("filter", "")
    return await exchange.forward(filter=asked.replace("' OR ", "' AND ")) if asked else await exchange.forward()


async def _later_is_not(exchange: Exchange) -> Answer:
    asked = exchange.query.get("filter", "")
    return await exchange.forward(filter=asked.replace(">=", ">")) if asked else await exchange.forward()


async def _quote_crash(exchange: Exchange) -> Answer:
    if exchange.query.get("filter", "").count("'") > 2 and " " not in exchange.query["filter"]:
        return exchange.error(500, "internal_server_error", "The server failed.")
    return await exchange.forward()


async def _wrong_code(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    if answer.status in (400, 404):
        return exchange.error(answer.status, "deletefailure", "Something is wrong.")
    return answer


async def _html_not_found(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    return (
        Answer(status=404, body=_PAGE, headers={"content-type": "text/html"}) if answer.status == 404 else answer
    )


async def _unknown_is_found(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    known = exchange.path[0] in COLLECTIONS and len(exchange.path) % 2 == 0
    return Answer(status=200, body=b"{}", headers=_JSON) if answer.status == 404 and known else answer


async def _welcome_everywhere(exchange: Exchange) -> Answer:
    if segments(exchange.scope["path"])[0] in COLLECTIONS:
        return await exchange.forward()
    return Answer(status=200, body=_PAGE, headers={"content-type": "text/html"})


async def _greedy_pages(exchange: Exchange) -> Answer:
    limit = exchange.query.get("limit", "")
    return await exchange.forward(limit=int(limit) + 1) if limit.isdigit() else await exchange.forward()


async def _lost_pages(exchange: Exchange) -> Answer:
    return await exchange.forward(offset=1_000_000_000)


async def _past_end_404(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    rows = next(iter(msgspec.json.decode(answer.body).values())) if answer.status == 200 else [None]
    return answer if rows else exchange.error(404, "unknownobject", "There is no such page.")


def _next(exchange: Exchange, host: str, offset: int) -> str:
    path = exchange.scope["path"]
    return f'<{host}{path}?limit={exchange.query.get("limit", "100")}&offset={offset}>; rel="next"'


async def _link_elsewhere(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    given = answer.headers.get("link", "")
    here = dict(exchange.scope["headers"]).get(b"host", b"").decode("latin-1")
    answer.headers["link"] = given.replace(f"//{here}/", "//elsewhere.example/")
    return answer


async def _endless_link(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    if 'rel="next"' not in answer.headers.get("link", ""):
        host = dict(exchange.scope["headers"]).get(b"host", b"").decode("latin-1")
        address = urlunsplit(urlsplit(f"http://{host}"))
        answer.headers["link"] = _next(exchange, address, 0)
    return answer


async def _unsteady_order(exchange: Exchange) -> Answer:
    """Turn the order round each second time the same is asked, as a query without ORDER BY may."""
    answer = await exchange.forward()
    asked = exchange.scope["path"].encode() + exchange.scope["query_string"]
    if asked not in _asked:
        _asked.add(asked)
        return answer
    _asked.remove(asked)
    body = msgspec.json.decode(answer.body)
    answer.body = msgspec.json.encode({name: rows[::-1] for name, rows in body.items()})
    return answer


async def _fields_refused(exchange: Exchange) -> Answer:
    if exchange.version is Version.V1_1 and "noSuchField" in exchange.query.get("fields", ""):
        return exchange.error(500, "internal_server_error", "The server failed.")
    return await exchange.forward(**{"fields": None} if "noSuchField" in exchange.query.get("fields", "") else {})


FAULTS: tuple[Fault, ...] = (
    Fault("any-secret", "A wrong secret is given a token that is good for nothing.", _token, _any_secret),
    Fault("no-lifetime", "The token answer is without expires_in.", _token, _no_lifetime),
    Fault("open-door", "Requests without a good token are answered 200, with nothing.", collection, _open_door),
    Fault("redirect", "Everything is redirected to another host.", api, _redirect),
    Fault("text-plain", "Answers are called text/plain.", _read, _text_plain),
    Fault("ignore-filter", "filter is ignored.", collection, _ignore_filter),
    Fault("ignore-sort", "sort and orderBy are ignored.", collection, _ignore_sort),
    Fault("ignore-fields", "fields is ignored.", _read, _ignore_fields),
    Fault("ignore-delta", "A filter on dateLastModified is ignored.", collection, _ignore_delta),
    Fault(
        "ignore-unknown-field", "A filter that is refused is ignored instead.", collection, _ignore_unknown_field
    ),
    Fault("or-as-and", "OR is taken for AND.", collection, _or_as_and),
    Fault("greater-only", ">= is taken for >.", collection, _later_is_not),
    Fault("quote-crash", "500 where a filter's value holds a quote.", collection, _quote_crash),
    Fault(
        "crash-on-unknown-fields",
        "1.1: 500 for an unknown name in fields; 1.2: it is ignored.",
        _read,
        _fields_refused,
    ),
    Fault("wrong-code", "400 and 404 have the minor code deletefailure.", _read, _wrong_code),
    Fault("html-not-found", "404 with a page of HTML.", _read, _html_not_found),
    Fault("unknown-is-found", "An unknown record is answered 200 with an empty object.", _read, _unknown_is_found),
    Fault("welcome-everywhere", "An address that does not exist is a page of HTML.", _read, _welcome_everywhere),
    Fault("greedy-pages", "Pages hold one record more than limit.", collection, _greedy_pages),
    Fault("lost-pages", "Every page but the first is empty.", later_page, _lost_pages),
    Fault("past-end-404", "An offset past the end is answered 404.", later_page, _past_end_404),
    Fault("link-elsewhere", "Link leads to another host.", collection, _link_elsewhere),
    Fault("endless-link", "The last page's Link next leads back to the first.", collection, _endless_link),
    Fault("unsteady-order", "Records come in another order each time.", collection, _unsteady_order),
)
"""The faults of what surrounds the records."""
