"""Signing in, and what lies below every answer: TLS, redirects, media types, speed."""

import statistics
from base64 import b64encode
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from classbridge.oneroster.conformance.facts import Probe
from classbridge.oneroster.conformance.judge import answered, error_code, expect, offered, said
from classbridge.oneroster.conformance.outcome import Failed, NotOffered, NotTried
from classbridge.oneroster.conformance.registry import Check
from classbridge.oneroster.conformance.tables import DISCOVERY
from classbridge.oneroster.conformance.wire import Reply
from classbridge.oneroster.errors import Redirected
from classbridge.oneroster.models import Version
from classbridge.oneroster.oauth1 import OAuth1

_TIMED = 5
_DAY = 86_400


async def _ask_token(probe: Probe, secret: str) -> Reply:
    """Ask for a token as Google's consumer does: Basic, the four scopes."""
    server = probe.server
    form = {"grant_type": "client_credentials", "scope": " ".join(server.scopes)}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if server.placement == "body":
        form |= {"client_id": server.client_id, "client_secret": secret}
    else:
        escape = str if server.placement == "basic_raw" else quote_plus
        pair = f"{escape(server.client_id)}:{escape(secret)}"
        headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
    return await probe.wire.send(
        "POST", server.token_url, headers, urlencode(form).encode(), name="POST token URL"
    )


async def _token_reply(probe: Probe) -> Reply:
    if probe.server.auth == "oauth1":
        raise NotOffered("Requests are signed with OAuth 1.0a; there are no tokens.")
    return answered(await _ask_token(probe, probe.server.client_secret))


async def _token_body(probe: Probe) -> dict[str, Any]:
    body = (await probe.need(_token_reply)).json
    if not isinstance(body, dict):
        raise NotTried("Not tried: the token answer is not a JSON object.", failed=True)
    return body


async def token(probe: Probe) -> str:
    """200 with an access token (RFC 6749 section 4.4.3)."""
    reply = await probe.fact(_token_reply)
    body = reply.json
    if not isinstance(body, dict):
        raise Failed(f"{reply.call}: the body is not a JSON object.")
    expect(isinstance(body.get("access_token"), str) and body["access_token"], "No access_token in the answer.")
    return f"{said(reply)}, with an access token."


async def token_type(probe: Probe) -> str:
    """`token_type` is REQUIRED, bearer in any case (RFC 6749 section 5.1)."""
    given = (await _token_body(probe)).get("token_type")
    expect(isinstance(given, str) and given.lower() == "bearer", "token_type is not Bearer.")
    return "Bearer."


async def token_lifetime(probe: Probe) -> str:
    """`expires_in` as a positive number of seconds."""
    given = (await _token_body(probe)).get("expires_in")
    expect(given is not None, "expires_in is missing.")
    expect(isinstance(given, int) and not isinstance(given, bool) and given > 0, "expires_in is not a number.")
    assert isinstance(given, int)  # noqa: S101 - tells mypy what was just expected
    expect(given <= 7 * _DAY, f"Tokens live for {given} seconds, more than a week.")
    return f"{given} seconds."


async def scopes(probe: Probe) -> str:
    """Where scopes are named in the answer, all that were asked for are among them."""
    given = (await _token_body(probe)).get("scope")
    if not isinstance(given, str):
        raise NotOffered("The answer names no scopes; all count as granted (RFC 6749 section 5.1).")
    missing = [one.rsplit("/", 1)[-1] for one in probe.server.scopes if one not in given.split()]
    expect(not missing, f"Not granted: {', '.join(missing)}.")
    return f"{len(probe.server.scopes)} scopes granted."


async def wrong_secret(probe: Probe) -> str:
    """A wrong secret gives no token: 401 invalid_client, or 400."""
    await probe.need(_token_reply)
    reply = await _ask_token(probe, "wrong-" + probe.server.client_secret[::-1])
    expect(
        reply.status in (400, 401, 403), f"{reply.call} with a wrong secret: HTTP {reply.status}, expected 401."
    )
    body = reply.json
    named = body.get("error") if isinstance(body, dict) else None
    return f"HTTP {reply.status}{', invalid_client' if named == 'invalid_client' else ''}."


async def second_token(probe: Probe) -> str:
    """An older token lives on after a new one is given (Q08)."""
    first = (await _token_body(probe)).get("access_token")
    answered(await _ask_token(probe, probe.server.client_secret))
    headers = {"Authorization": f"Bearer {first}"}
    reply = await probe.wire.call("GET", "/teachers", limit=1, headers=headers)
    expect(reply.status == 200, f"{said(reply)} with an older token, once another had been given.")
    return "Both tokens are good."


async def no_token(probe: Probe) -> str:
    """401 without credentials."""
    reply = await probe.wire.call("GET", "/teachers", limit=1, headers={})
    expect(reply.status == 401, f"{said(reply)} without a token, expected 401.")
    return error_code(reply, probe.version, "unauthorisedrequest", "unauthorizedrequest")


async def wrong_token(probe: Probe) -> str:
    """401 with credentials that are none of the server's."""
    signed = OAuth1(probe.server.client_id, "wrong").sign("GET", probe.server.roots.url("rostering", "/teachers"))
    headers = {"Authorization": signed if probe.server.auth == "oauth1" else "Bearer no-token-of-yours"}
    reply = await probe.wire.call("GET", "/teachers", headers=headers)
    expect(reply.status == 401, f"{said(reply)} with a wrong token, expected 401.")
    return error_code(reply, probe.version, "unauthorisedrequest", "unauthorizedrequest")


async def tls(probe: Probe) -> str:
    """Only https, but for a server on this machine."""
    plain = [one for one in (probe.server.base_url, probe.server.token_url) if one.startswith("http:")]
    if not plain:
        return "https, and the certificate is valid."
    if all(urlsplit(one).hostname in ("127.0.0.1", "localhost", "::1") for one in plain):
        raise NotOffered("Plain http on this machine's loopback.")
    raise Failed("Plain http: keys, names and grades can be read on the way.")


async def redirect(probe: Probe) -> str:
    """The API answers at its own address; a secret never follows a redirect."""
    reply = await probe.wire.get("/orgs", limit=1)
    expect(reply.error != Redirected.meaning, f"{reply.call}: redirected to another address.")
    if reply.error:
        raise NotTried(f"Not tried: {said(reply)}", failed=True)
    return "No redirect."


async def content_type(probe: Probe) -> str:
    """JSON is called application/json."""
    reply = answered(await probe.wire.get("/orgs", limit=1))
    kind = reply.content_type
    named = kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
    expect(named, f"{reply.call}: Content-Type is {'missing' if not kind else 'not application/json'}.")
    return "application/json."


async def gzip(probe: Probe) -> str:
    """Compressed answers for those who can read them."""
    reply = answered(await probe.wire.get("/users", limit=100))
    encoding = reply.headers.get("content-encoding", "")
    if not encoding:
        raise NotOffered("Answers are not compressed.")
    return f"{encoding}."


async def latency(probe: Probe) -> str:
    """The median of some small reads."""
    times = []
    for _ in range(_TIMED):
        reply = answered(await probe.wire.get("/teachers", limit=1, fresh=True))
        times.append(reply.milliseconds)
    median = statistics.median(times)
    shown = f"{median:.0f} ms, the median of {_TIMED} small reads"
    expect(median <= probe.limits.slow * 1000, f"{shown}; expected at most {probe.limits.slow:g} s.")
    return f"{shown}."


async def discovery(probe: Probe) -> str:
    """A service's OpenAPI document at one of its two names, with servers and paths."""
    found = []
    for service, names in DISCOVERY.items():
        replies = [await probe.wire.get(f"/discovery/{name}", service=service) for name in names]
        served = [reply for reply in replies if reply.status == 200]
        if served:
            body = served[0].json
            if not isinstance(body, dict):
                raise Failed(f"The {service} discovery document is not JSON.")
            missing = [name for name in ("openapi", "servers", "paths") if not body.get(name)]
            expect(not missing, f"The {service} discovery document is without {', '.join(missing)}.")
            found.append(service)
        elif service == "rostering":
            offered(replies[0])
    return f"{' and '.join(found)}."


CHECKS = (
    Check("access.token", token),
    Check("access.token-type", token_type),
    Check("access.token-lifetime", token_lifetime),
    Check("access.scopes", scopes),
    Check("access.wrong-secret", wrong_secret),
    Check("access.second-token", second_token),
    Check("access.no-token", no_token),
    Check("access.wrong-token", wrong_token),
    Check("access.tls", tls),
    Check("access.redirect", redirect),
    Check("access.content-type", content_type),
    Check("access.gzip", gzip),
    Check("access.latency", latency),
    Check("access.discovery", discovery, versions=(Version.V1_2,)),
)
