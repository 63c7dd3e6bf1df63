"""A OneRoster provider: a school's records, served as the standard's REST API in version 1.1 and 1.2.

source = SqlSource(sqlite_engine(Path("district.sqlite")), {Version.V1_2: "https://sis.example/ims/oneroster"})
source.load(records)
app = create_app(source, versions=[Version.V1_2], auth=Bearer(tokens))
"""

from classbridge.oneroster.provider.app import create_app
from classbridge.oneroster.provider.auth import Anyone, Authenticator, Bearer, Either, Grant, OAuth1
from classbridge.oneroster.provider.errors import ProviderError
from classbridge.oneroster.provider.oauth1 import OAuth1Verifier, SignedRequest
from classbridge.oneroster.provider.openapi import openapi_document
from classbridge.oneroster.provider.operations import Operation, table
from classbridge.oneroster.provider.options import Call, Options, Write
from classbridge.oneroster.provider.source import Page, Query, Source
from classbridge.oneroster.provider.sql import SqlSource, sqlite_engine
from classbridge.oneroster.provider.token_app import token_app
from classbridge.oneroster.provider.tokens import Client, Token, TokenError, TokenRules, TokenService

__all__ = [
    "Anyone",
    "Authenticator",
    "Bearer",
    "Call",
    "Client",
    "Either",
    "Grant",
    "OAuth1",
    "OAuth1Verifier",
    "Operation",
    "Options",
    "Page",
    "ProviderError",
    "Query",
    "SignedRequest",
    "Source",
    "SqlSource",
    "Token",
    "TokenError",
    "TokenRules",
    "TokenService",
    "Write",
    "create_app",
    "openapi_document",
    "sqlite_engine",
    "table",
    "token_app",
]
