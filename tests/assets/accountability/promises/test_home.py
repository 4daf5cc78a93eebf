"""Who can reach what lies in the home."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assets.accountability.promises.finding import State
from assets.accountability.promises.home import look_at, strangers
from assets.accountability.promises.status import status_of
from resources.home import write_private
from resources.warehouse import Warehouse

if TYPE_CHECKING:
    from tests.helpers.small import Small


def test_a_home_as_it_is_made(small: Small) -> None:
    """A home that Ansvar made belongs to one account, is closed to others, and holds no generation but the present one."""
    home = look_at(small.register.home.path)
    assert home.files > 0
    assert (home.accounts, home.open_to_others, home.readable_by_others, home.superseded) == (1, 0, 0, 0)


def test_a_file_that_others_can_read(small: Small) -> None:
    """A file counts as readable where its own mode lets others read it and the home lets them in."""
    path = small.register.home.path
    (path / "pepper.key").chmod(0o644)
    assert look_at(path).readable_by_others == 0
    path.chmod(0o711)
    home = look_at(path)
    assert home.open_to_others == 1
    assert home.readable_by_others >= 1
    path.chmod(0o700)


def test_a_generation_that_was_left(small: Small) -> None:
    """A generation that is not the present one is counted."""
    (small.register.warehouse.folder / "generation-old.duckdb").write_bytes(b"")
    assert look_at(small.register.home.path).superseded == 1


def test_what_ansvar_makes_is_no_stranger(small: Small) -> None:
    """Batches of days that are read again or were released, and what requests were sent, are ours; whatever else lies there is counted."""
    home = small.register.home.path
    ours = [("landing/shop/customers.days/1", "x"), ("landing/shop/customers.released/1", "x"), ("temporary", "pace-shop-9.json")]
    for folder, file in (*ours, ("landing/shop/other", "x"), ("landing/shop", "x"), ("landing", "x"), ("temporary", "notes.txt")):
        (home / folder).mkdir(parents=True, exist_ok=True)
        (home / folder / file).write_text("{}", encoding="utf-8")
    assert strangers(small.register) == {"landing": 3, "temporary": 1}


def test_a_database_that_is_not_encrypted(small: Small) -> None:
    """A warehouse that is kept plain breaks the promise, with the remedy that says how to encrypt it; once encrypted it is kept again."""
    home = small.home.path
    assert look_at(home).plain == 0
    for setting, plain, state in (("yes", 1, State.BROKEN), ("no", 0, State.KEPT)):
        write_private(home / "settings.env", f"DATA={small.data}\nANSVAR_WAREHOUSE_PLAIN={setting}\n")
        small.register = replace(
            small.register, warehouse=Warehouse(small.register.warehouse.folder, home / "temporary", small.home.sealing)
        )
        small.publish()
        assert look_at(home).plain == plain
        (found,) = status_of(small.register).standings["at_rest"].findings
        assert (found.judgement.state, found.judgement.remedy) == (state, "unencrypted" if plain else None)
