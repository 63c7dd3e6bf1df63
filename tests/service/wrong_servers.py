"""Servers that an admin may have named by mistake: each answers everything in one wrong way, on loopback."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct

TOKEN = {"access_token": "t", "token_type": "Bearer", "expires_in": 3600}


class Says(Struct, frozen=True):
    """An answer."""

    status: int
    body: Any = b""
    headers: dict[str, str] = {}


HTML = Says(200, b"<!doctype html><title>It works</title>", {"content-type": "text/html"})
NOT_FOUND = Says(404, b"Not found", {"content-type": "text/plain"})
AWAY = Says(302, b"", {"location": "https://login.example.org/"})
NO_LICENCE = Says(403, {"imsx_description": "This connection has no licence for rostering."})
NO_PASS_BACK = Says(403, {"imsx_description": "Grade Pass Back is not allowed for this vendor."})
GRANTED = Says(200, TOKEN)
WITHOUT_A_TOKEN = Says(200, {"hello": "world"})
NO_SUCH_SCOPE = Says(400, {"error": "invalid_scope"})
EXPIRED = Says(401, {"error": "invalid_client", "error_description": "The client secret has expired."})
INACTIVE = Says(401, {"error": "invalid_client", "error_description": "This Integration Access is inactive."})
NOT_YET = Says(401, {"error": "invalid_client", "error_description": "The key is not in effect yet."})
BUSY = Says(429, b"", {"retry-after": "3600"})
BROKEN = Says(500, b"oops")
TEACHERS = Says(200, {"users": []})
CLASSES = Says(200, {"classes": [{"sourcedId": "c1", "title": "Biology", "status": "active"}]})


@contextmanager
def server(
    token: Says, api: Says, *, more: dict[str, Says] | None = None, folder: Path | None = None
) -> Iterator[str]:
    """Answer POST with `token`, GET with `api` or, by the path's last part, with one of `more`; the origin.

    With a `folder` it speaks TLS, with a certificate that nobody vouches for.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            self.say(token)

        def do_GET(self) -> None:
            self.say((more or {}).get(self.path.partition("?")[0].rpartition("/")[2], api))

        def say(self, says: Says) -> None:
            body = says.body if isinstance(says.body, bytes) else json.dumps(says.body).encode()
            self.send_response(says.status)
            headers = {"content-type": "application/json", "content-length": str(len(body)), **says.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    if folder is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self_signed(folder))
        running.socket = context.wrap_socket(running.socket, server_side=True)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if folder else 'http'}://127.0.0.1:{running.server_address[1]}"
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def self_signed(folder: Path) -> Path:
    """A key and its own certificate, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "self-signed.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path
