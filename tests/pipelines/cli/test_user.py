"""`ansvar user` and `ansvar audit`."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from resources.home import write_private
from resources.ledger import tables
from resources.ledger.audit import BEGINNING
from resources.ledger.sessions import SessionLedger
from resources.ledger.users import UserLedger
from resources.one_time import address_of, secret_of
from resources.roles import Role
from tests.helpers.visiting import PASSWORD

if TYPE_CHECKING:
    from tests.helpers.small import Small
    from tests.pipelines.cli.conftest import Answer, Command


@pytest.fixture
def add(ansvar: Command, on: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> object:
    """Adds a user, with a password from the standard input."""

    def adding(name: str, role: str = "viewer", password: str = PASSWORD) -> Answer:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        return ansvar(*on, "user", "add", name, "--role", role, "--password-stdin")

    return adding


def test_users_are_added_changed_and_listed(ansvar: Command, add: Command, on: tuple[str, ...]) -> None:
    """Each change shows in the list, and stands in the audit chain with who made it."""
    assert add("Maija", "operator").code == 0
    assert ansvar(*on, "user", "role", "maija", "officer", "--by", "Ada").out == "maija is officer.\n"
    assert ansvar(*on, "user", "disable", "maija", "--by", "Ada").code == 0
    (row,) = json.loads(ansvar(*on, "user", "list", "--json").out)
    assert (row["name"], row["role"], row["code"], bool(row["disabled"])) == ("maija", "officer", False, True)
    assert ansvar(*on, "user", "enable", "maija").code == 0
    listed = json.loads(ansvar(*on, "audit", "list", "--json", "--thing", row["id"]).out)
    assert [(each["by"], each["what"]) for each in listed] == [
        ("console", "user.added.operator"),
        ("Ada", "user.role.officer"),
        ("Ada", "user.disabled"),
        ("console", "user.enabled"),
    ]


@pytest.mark.parametrize(
    ("name", "password", "message"),
    [
        ("maija", PASSWORD, "There is a user of that name already"),
        ("MAIJA", PASSWORD, "There is a user of that name already"),
        ("m", PASSWORD, "A user's name has 2 to 60 letters"),
        ("unknown", PASSWORD, "A user's name has 2 to 60 letters"),
        ("a b", PASSWORD, "A user's name has 2 to 60 letters"),
        ("other", "short", "A password has 12 to 256 letters"),
        ("other", "", "A password has 12 to 256 letters"),
        ("other", "my other password", "That password is easily guessed"),
        ("other", "aaaaaaaaaaaaaaaa", "That password is easily guessed"),
    ],
)
def test_users_that_cannot_be(add: Command, name: str, password: str, message: str) -> None:
    """A name that is taken or none, and a weak password, are told; the password is not repeated."""
    add("maija")
    told = add(name, password=password).message
    assert told.startswith(message)
    assert password == "" or password not in told


def test_the_last_administrator_stays(ansvar: Command, add: Command, on: tuple[str, ...]) -> None:
    """Somebody must be able to let others in."""
    add("ada", "administrator")
    for change in (["disable", "ada"], ["role", "ada", "viewer"]):
        assert ansvar(*on, "user", *change).message == "That is the last administrator: make another one first."
    add("bo", "administrator")
    assert ansvar(*on, "user", "disable", "ada").code == 0
    assert ansvar(*on, "user", "disable", "bo").code == 2


def test_a_password_is_never_an_argument(ansvar: Command, on: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal it must be said that the standard input has it; there is no option that takes it."""
    monkeypatch.setattr("sys.stdin", io.StringIO("x"))
    message = ansvar(*on, "user", "add", "maija", "--role", "viewer").message
    assert message == "There is no terminal to type a password in: give --password-stdin."
    assert "--password " not in ansvar(*on, "user", "add", "--help").out


def test_sessions_are_shown_and_revoked(ansvar: Command, add: Command, on: tuple[str, ...], small: Small) -> None:
    """An administrator sees who is in, and ends it."""
    add("maija")
    user, at = UserLedger(small.register.ledger).user("maija").user, small.register.clock.now()
    token = SessionLedger(small.register.ledger).start(user, "maija", at)
    (session,) = json.loads(ansvar(*on, "user", "sessions", "maija", "--json").out)
    assert token not in str(session)
    assert ansvar(*on, "user", "revoke", "maija").out == "1 ended.\n"
    assert SessionLedger(small.register.ledger).find(token, at) is None
    assert ansvar(*on, "user", "sessions", "nobody").message.startswith("There is no user of that name")


def test_the_code_of_an_authenticator_app(ansvar: Command, add: Command, on: tuple[str, ...], small: Small) -> None:
    """What the app is given is printed once, and stands nowhere."""
    add("maija")
    printed = ansvar(*on, "user", "code", "maija").out.strip()
    salt = UserLedger(small.register.ledger).user("maija").code_salt
    assert salt is not None
    assert printed == address_of(secret_of(small.home.pepper, salt), "maija")
    assert ansvar(*on, "user", "code", "maija", "--off").code == 0
    assert UserLedger(small.register.ledger).user("maija").code_salt is None


def test_users_are_linked_to_a_provider(ansvar: Command, add: Command, on: tuple[str, ...], small: Small) -> None:
    """By the provider's id or by a name for the first login; the list shows it, nobody is linked twice, and it ends again."""
    add("maija")
    add("bo")
    issuer = ["--issuer", "https://login.example.fi"]
    assert ansvar(*on, "user", "link", "maija", "--subject", "x1").message.startswith("No provider is set, so say which")
    assert ansvar(*on, "user", "link", "maija").message.startswith("Say by what the provider knows the user")
    assert ansvar(*on, "user", "link", "maija", "--subject", "x1", "--issuer", "http://login.example.fi").message.startswith("An issuer is")
    assert ansvar(*on, "user", "link", "maija", "--subject", " x1", *issuer).message.startswith("What a provider knows a user by")
    assert ansvar(*on, "user", "link", "maija", "--subject", "x1", *issuer).out == "maija may log in by https://login.example.fi.\n"
    assert ansvar(*on, "user", "link", "bo", "--subject", "x1", *issuer).message.startswith("Another user is that one")
    assert ansvar(*on, "user", "link", "bo", "--first-login", "Bo@koe.example", *issuer, "--by", "Ada").code == 0
    listed = json.loads(ansvar(*on, "user", "list", "--json").out)
    assert {each["name"]: each["provider"] for each in listed} == {"maija": "linked", "bo": "expected"}
    assert ansvar(*on, "user", "unlink", "bo").out == "bo logs in by no provider.\n"
    assert ansvar(*on, "user", "unlink", "bo").message.startswith("That user does not log in by a provider")
    (bo,) = [each["id"] for each in listed if each["name"] == "bo"]
    acts = json.loads(ansvar(*on, "audit", "list", "--json", "--thing", bo).out)
    assert [(each["by"], each["what"]) for each in acts][1:] == [("Ada", "user.linked"), ("console", "user.unlinked")]
    settings = small.home.path / "settings.env"
    half = "ANSVAR_OIDC_ISSUER=https://login.example.fi\nANSVAR_OIDC_CLIENT_ID=register\n"
    write_private(settings, settings.read_text(encoding="utf-8") + half)
    assert ansvar(*on, "user", "link", "bo", "--subject", "x2").message.startswith("Logging in by OpenID Connect also needs")
    assert ansvar(*on, "serve").message.startswith("Logging in by OpenID Connect also needs ANSVAR_OIDC_CLIENT_SECRET")


def test_the_chain_is_verified(ansvar: Command, add: Command, on: tuple[str, ...], small: Small) -> None:
    """A whole chain is told with its head; one that somebody wrote into ends with exit code 1, and says where."""
    assert ansvar(*on, "audit", "verify").out == "The chain is whole: it has no entry yet.\n"
    add("maija")
    add("bo")
    whole = ansvar(*on, "audit", "verify")
    assert (whole.code, whole.out[:33]) == (0, "The chain is whole: 2 entries, he")
    with small.register.ledger.engine.begin() as connection:
        connection.execute(tables.audit.update().where(tables.audit.c.number == 1).values(by="nobody"))
    broken = ansvar(*on, "audit", "verify")
    assert (broken.code, broken.out) == (1, "Entry 1 was changed after it was written.\n")


def test_a_chain_is_held_against_heads_that_were_kept(ansvar: Command, add: Command, on: tuple[str, ...], small: Small) -> None:
    """A signed head is appended to a file; the chain that was written anew since is found by it."""
    add("maija")
    kept = small.folder / "heads"
    for number in (1, 2):
        assert ansvar(*on, "audit", "head", "--to", kept).code == 0
        assert len(kept.read_text(encoding="utf-8").splitlines()) == number
    assert ansvar(*on, "audit", "verify", "--heads", kept).code == 0
    with small.register.ledger.engine.begin() as connection:
        connection.execute(tables.audit.delete())
        connection.execute(tables.audit_head.update().values(number=0, hash=BEGINNING))
    add("bo")
    assert ansvar(*on, "audit", "verify").code == 0
    broken = ansvar(*on, "audit", "verify", "--heads", kept)
    assert (broken.code, broken.out.count("the chain was written anew")) == (1, 2)
    assert ansvar(*on, "audit", "verify", "--heads", kept, "--key", kept).message == "--key names no public key of Ed25519 (PEM)."


def test_where_the_entrance_refuses_to_listen(ansvar: Command, on: tuple[str, ...]) -> None:
    """Beyond this machine it needs a certificate and its address; each mistake says what to do."""
    for arguments, message in (
        (["--host", "0.0.0.0"], "0.0.0.0 can be reached by other machines, so the entrance needs a certificate"),  # noqa: S104 - it is refused
        (["--host", "::"], ":: can be reached by other machines"),
        (["--host", "register"], "--host and --trusted-proxy take an IP address"),
        (["--trusted-proxy", "proxy"], "--host and --trusted-proxy take an IP address"),
        (["--public-address", "http://register.example.fi"], "--public-address is as https://register.example.fi"),
        (["--public-address", "https://register.example.fi/x"], "--public-address is as https://register.example.fi"),
        (["--certificate", __file__], "A certificate has a key: give both"),
        (["--host", "0.0.0.0", "--certificate", __file__, "--key", __file__], "Say under which address people reach the entrance"),  # noqa: S104
        (["--certificate", __file__, "--key", __file__], "The certificate cannot be used (SSLError)"),
    ):
        assert ansvar(*on, "serve", *arguments).err.partition("Error: ")[2].startswith(message), arguments


def test_roles_hold_what_they_say() -> None:
    """The least by default: nobody but an officer sees persons' data, nobody but an administrator changes users."""
    rights = {role.value: sorted(right.value for right in role.rights) for role in Role}
    assert rights == {
        "viewer": ["see"],
        "operator": ["run", "see"],
        "officer": ["audit", "persons", "run", "see"],
        "administrator": ["audit", "see", "users"],
    }
