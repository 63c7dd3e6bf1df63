"""The token URL is looked for on the host that the admin named, without any secret, before the admin is asked."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from classbridge.bridge.outcome import Code
from classbridge.cli.main_job import RunFailedError
from classbridge.jobs.token_search import MOST
from classbridge.sandbox import sis
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer
from classbridge.service import connections
from classbridge.service.connections import CredentialsForm
from classbridge.service.views import ConnectionView
from tests.installation import Installation, installation, settings_for
from tests.service.conftest import STUDENTS

KEY, SECRET = "k3y-of-ours", "s3cr3t-of-ours"
Seen = list[tuple[str, str, str, bytes]]


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, made_up: District, one_classroom: ClassroomServer
) -> Iterator[Installation]:
    """An installation with nothing connected yet."""
    folder = tmp_path_factory.mktemp("token-search")
    with installation(settings_for(folder), students=STUDENTS, classroom=one_classroom) as made:
        yield made


@contextmanager
def answering(says: Mapping[str, object]) -> Iterator[tuple[str, Seen]]:
    """A server that knows these paths only, each with its JSON; a token endpoint says `invalid_client`."""
    seen: Seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            seen.append((self.command, self.path, self.headers.get("authorization", ""), body))
            found = says.get(f"{self.command} {self.path.partition('?')[0]}")
            refused = isinstance(found, dict) and "error" in found
            sent = json.dumps(found).encode() if found is not None else b"<p>Not here</p>"
            self.send_response(401 if refused else 200 if found is not None else 404)
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_address[1]}", seen
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def prove(
    house: Installation, base_url: str, version: str = "1.2", key: str = KEY, secret: str = SECRET
) -> ConnectionView:
    """Enter without a token URL, authorize, and wait for the end."""
    connection_id = connections.start(house.ctx, house.admin, "generic", version)
    form = CredentialsForm(base_url=base_url, key=key, secret=secret)
    connections.save_credentials(house.ctx, house.admin, connection_id, form)
    with suppress(RunFailedError):
        house.wait(connections.authorize(house.ctx, house.admin, connection_id), actor=house.admin)
    return connections.view(house.ctx, house.admin, connection_id)


def code(view: ConnectionView) -> str:
    said = view.proof[0].said
    return said.code if said else ""


@pytest.mark.parametrize("personality", ["generic@1.2", "generic@1.1"])
def test_a_sis_is_connected_without_its_token_url(
    house: Installation, made_up: District, personality: str
) -> None:
    with SisServer.start(sis.load(personality), made_up.records()) as server:
        info = server.info()
        view = prove(house, info["base_url"], info["version"], key=info["client_id"], secret=info["client_secret"])
    assert view.state == "connected"
    assert view.token_url == info["token_url"]
    assert 1 <= len(view.proof[0].tried) <= MOST
    connections.disconnect(house.ctx, house.admin, view.id)


DOCUMENT = "GET /.well-known/oauth-authorization-server"
OPENID = "GET /.well-known/openid-configuration"
REFUSES = {"error": "invalid_client"}


@pytest.mark.parametrize("place", [DOCUMENT, OPENID, "POST /oauth/token", "POST /token"])
def test_each_place_is_looked_at_and_the_url_is_kept(house: Installation, place: str) -> None:
    says: dict[str, object] = {place: REFUSES}
    with answering(says) as (origin, seen):
        wanted = f"{origin}{place.partition(' ')[2]}"
        if place.startswith("GET"):
            wanted = f"{origin}/somewhere/token?app=x"
            says[place] = {"token_endpoint": wanted}
            says["POST /somewhere/token"] = REFUSES
        view = prove(house, f"{origin}/ims/oneroster")
    assert (view.token_url, code(view)) == (wanted, Code.WRONG_KEY)
    searched = seen[: len(view.proof[0].tried)]
    assert searched
    for _, _, authorization, body in searched:
        assert (authorization, KEY.encode() in body, SECRET.encode() in body) == ("", False, False)


def test_an_address_on_another_host_is_told_and_gets_nothing(house: Installation) -> None:
    with answering({}) as (other, asked_there):
        elsewhere = other.replace("127.0.0.1", "localhost") + "/token"
        with answering({DOCUMENT: {"token_endpoint": elsewhere}}) as (named, _):
            view = prove(house, f"{named}/ims/oneroster")
    assert code(view) == Code.TOKEN_URL_ELSEWHERE
    assert view.proof[0].said is not None
    assert view.proof[0].said.params == {"url": elsewhere}
    assert (view.token_url, asked_there, view.key_kept) == ("", [], True)


def test_what_was_tried_is_shown_when_nothing_is_found_and_the_requests_are_few(house: Installation) -> None:
    with answering({}) as (origin, seen):
        view = prove(house, f"{origin}/deep/path/ims/oneroster")
    tried = view.proof[0].tried
    assert code(view) == Code.TOKEN_URL_UNKNOWN
    assert len(seen) <= MOST + 1
    assert f"POST {origin}/oauth/token: 404" in tried
    assert f"GET {origin}/.well-known/oauth-authorization-server: 404" in tried
    assert not [line for line in tried if SECRET in line]


def test_a_page_that_answers_everything_is_no_token_endpoint(house: Installation) -> None:
    with ExitStack() as stack:
        everything = {f"POST {path}": {"hello": "world"} for path in ("/oauth/token", "/oauth2/token", "/token")}
        origin, _ = stack.enter_context(answering(everything))
        view = prove(house, f"{origin}/ims/oneroster")
    assert (view.token_url, code(view)) == ("", Code.TOKEN_URL_UNKNOWN)


def test_a_private_address_is_not_searched(house: Installation) -> None:
    view = prove(house, "https://192.168.0.7/ims/oneroster")
    assert code(view) == Code.PRIVATE_ADDRESS_REFUSED
    assert view.proof[0].tried == ()


def test_a_host_that_does_not_answer_is_named_and_not_searched_on(house: Installation) -> None:
    with answering({}) as (origin, _):
        gone = origin
    view = prove(house, f"{gone}/ims/oneroster")
    assert code(view) == Code.SIS_NO_ANSWER


def test_another_host_is_searched_anew(house: Installation) -> None:
    with answering({"POST /token": REFUSES}) as (first, _):
        assert prove(house, f"{first}/ims/oneroster").token_url == f"{first}/token"
    with answering({"POST /oauth/token": REFUSES}) as (second, _):
        assert prove(house, f"{second}/ims/oneroster").token_url == f"{second}/oauth/token"
