"""Several calls in one HTTP request: multipart/mixed of application/http parts, as Google's libraries send it."""

import secrets
from collections.abc import Callable
from email.message import Message
from email.parser import BytesParser
from http import HTTPStatus

import msgspec

from classbridge.sandbox.classroom.api import ApiRequest
from classbridge.sandbox.classroom.errors import Json, invalid

LIMIT = 50


def run_batch(
    content_type: str, body: bytes, authorization: str, answer: Callable[[ApiRequest], tuple[int, Json]]
) -> tuple[str, bytes]:
    """Content type and body of the answer. A part without a token of its own uses the outer one."""
    parts = _parts(content_type, body)
    boundary = f"batch_{secrets.token_urlsafe(16)}"
    lines = [_answered(part, authorization, answer, boundary) for part in parts]
    closing = f"--{boundary}--\r\n".encode()
    return f"multipart/mixed; boundary={boundary}", b"".join(lines) + closing


def _parts(content_type: str, body: bytes) -> list[Message]:
    outer = BytesParser().parsebytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
    parts = outer.get_payload()
    if not outer.is_multipart() or not isinstance(parts, list):
        raise invalid("A batch is a multipart/mixed message.")
    if len(parts) > LIMIT:
        raise invalid(f"The batch has {len(parts)} calls; the limit is {LIMIT}.")
    return [part for part in parts if isinstance(part, Message)]


def _answered(
    part: Message, authorization: str, answer: Callable[[ApiRequest], tuple[int, Json]], boundary: str
) -> bytes:
    status, body = answer(_request(part, authorization))
    content = msgspec.json.encode(body)
    inner_id = str(part.get("Content-ID", "")).strip("<>")
    head = (
        f"--{boundary}\r\nContent-Type: application/http\r\nContent-ID: <response-{inner_id}>\r\n\r\n"
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json; charset=UTF-8\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n"


def _request(part: Message, authorization: str) -> ApiRequest:
    payload = part.get_payload(decode=True)
    line, _, rest = (payload if isinstance(payload, bytes) else b"").lstrip().partition(b"\n")
    words = line.decode("latin-1").split()
    if len(words) < 2:
        raise invalid("A part of the batch is not an HTTP request.")
    inner = BytesParser().parsebytes(rest)
    content = inner.get_payload(decode=True)
    target, _, query = words[1].partition("?")
    return ApiRequest(
        http=words[0],
        raw_path=target,
        query=query,
        authorization=str(inner.get("Authorization", authorization)),
        body=content.strip() if isinstance(content, bytes) else b"",
    )
