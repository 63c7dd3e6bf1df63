import pytest

from classbridge.sis.clipboard import sort_pasted

AUTH = "https://auth.example.org/oauth"
URL = "https://iacloud2.infinitecampus.org/campus/api/oneroster/v1p2/example/ims/oneroster"


@pytest.mark.parametrize(
    "text",
    [
        f"Consumer key: k3y\nConsumer secret: s3cr3t=\nOneRoster base URL: {URL}",
        f"{URL}\nk3y\ns3cr3t=",
        f"k3y\n{URL}\ns3cr3t=",
        f"Host URL\n{URL}\nAccess key\nk3y\nSecret code\ns3cr3t=\n",
        f"Webbadress för värd: {URL}\nÅtkomstnyckel: k3y\nHemlig kod: s3cr3t=",
        f"OAuth key = k3y\nOAuth secret = s3cr3t=\n{URL}",
        f'{{"client_id": "k3y",\n "client_secret": "s3cr3t=",\n "base_url": "{URL}"}}',
        f"ClientID\tk3y\nClientSecret\ts3cr3t=\nBase URL\t{URL}",
        f"- Key: k3y\n- Secret: s3cr3t=\n- API URL: {URL}",
        f"consumer key (OAuth key): k3y\nconsumer secret (OAuth secret): s3cr3t=\nOneRoster base URL: {URL}",
        f"{URL} k3y s3cr3t=",
        f"\r\nKey: k3y\r\nSecret: s3cr3t=\r\nURL: {URL}\r\n",
    ],
)
def test_url_key_and_secret_find_their_places(text: str) -> None:
    found = sort_pasted(text)
    assert (found.url, found.key, found.secret, found.token_url) == (URL, "k3y", "s3cr3t=", "")


@pytest.mark.parametrize(
    "text",
    [
        f"Application URL: https://sky.example.org\nAuthentication URL: {AUTH}\nKey: G\nSecret: S",
        "https://sky.example.org\nhttps://auth.example.org/oauth\nG\nS",
        "Token URL: https://auth.example.org/oauth\nHost: https://sky.example.org\nlogin: G\npassword: S",
    ],
)
def test_a_token_url_is_told_apart_from_the_host_url(text: str) -> None:
    found = sort_pasted(text)
    assert found.url == "https://sky.example.org"
    assert found.token_url == "https://auth.example.org/oauth"
    assert (found.key, found.secret) == ("G", "S")


def test_a_bare_host_counts_as_the_url() -> None:
    assert sort_pasted("esdemo1.skyward.com\nGOOGLE\nabc").url == "esdemo1.skyward.com"


def test_a_secret_that_holds_colons_and_spaces_around_it_stays_whole() -> None:
    assert sort_pasted("Secret:   a:b+c%2F==  ").secret == "a:b+c%2F=="


def test_what_is_not_there_stays_empty() -> None:
    found = sort_pasted("\n\n")
    assert (found.url, found.token_url, found.key, found.secret) == ("", "", "", "")


def test_only_a_key_leaves_the_secret_empty() -> None:
    found = sort_pasted("k3y")
    assert (found.key, found.secret) == ("k3y", "")


def test_the_secret_does_not_show_in_a_log() -> None:
    assert "s3cr3t" not in repr(sort_pasted("Secret: s3cr3t"))
