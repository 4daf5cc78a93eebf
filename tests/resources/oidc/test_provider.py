"""The talk with a provider on loopback, in the ways that providers differ."""

from __future__ import annotations

import http.client
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from whenever import Instant

from resources.clock import Clock
from resources.oidc.begun import Begun
from resources.oidc.provider import Answer, Provider, RefusedError
from resources.oidc.settings import ProviderSettings
from resources.oidc.transport import AwayError
from tests.helpers.openid import openid_provider
from tests.helpers.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.oidc.provider import Identity
    from tests.helpers.openid import OpenIdProvider

CALLBACK = "http://127.0.0.1:3000/login/provider/callback"
CLOCK = Clock("Europe/Helsinki", Instant.from_utc(2026, 10, 15, 0, 0))


@pytest.fixture(scope="module")
def _running() -> Iterator[OpenIdProvider]:
    with openid_provider(lambda: CLOCK) as opened:
        yield opened


@pytest.fixture
def openid(_running: OpenIdProvider) -> OpenIdProvider:
    """The provider, as it is."""
    _running.reset()
    return _running


def _identity(openid: OpenIdProvider, settings: ProviderSettings) -> Identity:
    """Whom a provider says somebody is, from the beginning of the login to its end."""
    provider, begun = Provider(settings), Begun.now("pepper", CLOCK.now(), "/", "fi")
    place = urlsplit(provider.asked(begun, CALLBACK))
    connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=30)
    connection.request("GET", f"{place.path}?{place.query}")
    back = parse_qs(urlsplit(connection.getresponse().headers["Location"] or "").query)
    connection.close()
    assert back["state"] == [begun.state]
    return provider.identity(Answer(back["code"][0], openid.issuer), begun, CALLBACK, CLOCK.now())


def test_the_name_is_that_of_the_claim_of_the_settings(openid: OpenIdProvider) -> None:
    """An e-mail address that was verified, or the preferred name; the subject is the same."""
    settings = openid.settings()
    by_email = _identity(openid, settings)
    assert (by_email.issuer, by_email.subject, by_email.name) == (openid.issuer, "subject-1", "pia@koe.example")
    openid.scope = "openid profile"
    assert _identity(openid, replace(settings, claim="preferred_username")).name == "pia"
    openid.person |= {"preferred_username": ["pia"]}
    assert _identity(openid, replace(settings, claim="preferred_username")).name is None


@pytest.mark.parametrize("algorithm", ["RS256", "PS384", "ES256"])
def test_a_provider_that_has_several_keys(openid: OpenIdProvider, algorithm: str) -> None:
    """The one that signed is found by its id; one for encryption, and one of a kind that nobody here knows, are left alone."""
    rsa = RSAKey.generate_key(2048, parameters={"kid": "two", "use": "sig"})
    signing = openid.key if algorithm == "ES256" else rsa
    openid.keys = [
        {"kty": "AKP", "kid": "later", "alg": "ML-DSA-44", "pub": "x"},
        ECKey.generate_key("P-256", parameters={"kid": "two", "use": "enc"}).as_dict(private=False),
        rsa.as_dict(private=False),
        openid.key.as_dict(private=False),
    ]
    openid.sign = lambda claims: jwt.encode({"alg": algorithm, "kid": signing.kid}, claims, signing, algorithms=[algorithm])
    assert _identity(openid, openid.settings()).subject == "subject-1"


def test_how_the_client_s_secret_is_told(openid: OpenIdProvider) -> None:
    """In the header, or in the form where the provider takes it there alone; a wrong one is refused; without any way there is no login."""
    openid.described = {"token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_post"]}
    openid.in_form = True
    assert _identity(openid, openid.settings()).subject == "subject-1"
    with pytest.raises(RefusedError):
        _identity(openid, replace(openid.settings(), secret="wrong"))  # noqa: S106 - nobody's
    openid.described = {"token_endpoint_auth_methods_supported": ["private_key_jwt"]}
    with pytest.raises(AwayError):
        _identity(openid, openid.settings())


def test_a_provider_that_is_not_there() -> None:
    """It is told in words, without what the system said."""
    away = Provider(ProviderSettings(f"http://127.0.0.1:{free_port()}", "register", "secret"))
    with pytest.raises(AwayError, match="it does not answer"):
        away.asked(Begun.now("pepper", CLOCK.now(), "/", "fi"), CALLBACK)


def test_keys_that_cannot_be_read(openid: OpenIdProvider) -> None:
    """No keys, none that is meant for signatures, or one that is none."""
    for keys in ([], [{"kty": "oct", "k": "eA"}], [{"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}], ["x"], [{"kty": "RSA"}]):
        openid.keys = keys
        with pytest.raises(AwayError, match="its keys cannot be read"):
            _identity(openid, openid.settings())
