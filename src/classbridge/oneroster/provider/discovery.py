"""Serves each service's OpenAPI document at `{service root}/discovery/{file}`, without asking for credentials.

The REST binding and the certification guide of OneRoster 1.2 name the files differently: both names are served.
1.1 knows no discovery; its file's name is ours.
"""

from typing import Any
from urllib.parse import urljoin

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider.addresses import public_url
from classbridge.oneroster.provider.openapi import described, openapi_document
from classbridge.oneroster.provider.options import Options

FILES: dict[tuple[Version, str], tuple[str, ...]] = {
    (Version.V1_1, ""): ("onerosterv1p1service_openapi3_v1p0.json",),
    (Version.V1_2, "rostering"): (
        "onerosterv1p2rostersservice_openapi3_v1p0.json",
        "imsorv1p2_rostering_openapi3_v1p0.json",
    ),
    (Version.V1_2, "gradebook"): (
        "onerosterv1p2gradebookservice_openapi3_v1p0.json",
        "imsorv1p2_gradebook_openapi3_v1p0.json",
    ),
    (Version.V1_2, "resources"): (
        "onerosterv1p2resourcesservice_openapi3_v1p0.json",
        "imsorv1p2_resources_openapi3_v1p0.json",
    ),
}
"""The names of each service's document (1.2: REST binding, certification guide)."""


def discovery(version: Version, service: str, options: Options) -> HTTPRouteHandler:
    """The route of a service's document, under all of its names."""
    base = described(version, service, Options())[0].base

    async def handle(request: Request[Any, Any, Any]) -> Response[bytes]:
        url = public_url(request).partition("?")[0]
        root = url.rpartition("/discovery/")[0]
        token_url = options.token_url or urljoin(url, "/token")
        document = openapi_document(version, service, root=root, token_url=token_url, options=options)
        return Response(msgspec.json.encode(document), media_type="application/json")

    paths = [f"{base}/discovery/{name}" for name in FILES[version, service]]
    return HTTPRouteHandler(paths, http_method="GET", name=f"{version} discovery {service}")(handle)
