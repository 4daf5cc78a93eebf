"""`outreach.yaml` is loaded strictly: every mistake with its place, and no address for a purpose that it is not held for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources.catalogue import load_register
from resources.catalogue.loader import CatalogueError
from tests.helpers.outreach import OUTREACH, outreaching
from tests.helpers.small import Small

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a register that says who may be written to."""
    made = Small(tmp_path_factory.mktemp("outreach"))
    outreaching(made)
    made.close()
    return made.folder / "register"


def test_what_is_said_is_a_part_of_the_catalogue(folder: Path) -> None:
    """A register with the file has it in its catalogue, and in its digest."""
    (folder / "outreach.yaml").write_text(OUTREACH, encoding="utf-8")
    one = load_register(folder)
    assert one.outreach is not None
    assert [*one.outreach.channels] == ["email", "phone"]
    (folder / "outreach.yaml").write_text(OUTREACH.replace("minimum_age: 18", "minimum_age: 16"), encoding="utf-8")
    assert load_register(folder).digest != one.digest


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("marketing: [marketing,", "marketing: [markting,", "2:13: 'markting' is no purpose of the notice: did you mean 'marketing'?"),
        ("minimum_age: 18", "minimum_age: -1", "4:1: "),
        ("unknown_age: written_to", "unknown_age: maybe", "5:1: 'maybe' is not a value of 'unknown_age'"),
        ("dataset: shop.orders", "dataset: shop.order", "6:14: 'shop.order' is no data set: did you mean 'shop.orders'?"),
        ("at: bought_on", "at: customer_number", "6:36: 'customer_number' must be a date or a timestamp, not text"),
        ("fields: [email]", "fields: [emial]", "'emial' is no field of shop.customers: did you mean 'email'?"),
        (
            "{dataset: shop.customers, fields: [phone]}",
            "{dataset: chats.conversations, fields: [phone]}",
            "'chats.conversations.phone' must not be used for marketing: it is held for relation alone",
        ),
        (
            "{dataset: shop.customers, fields: [phone]}",
            "{dataset: chats.conversations, fields: [agent_email]}",
            "'chats.conversations.agent_email' is several persons' or another's: name an address of the record's own person",
        ),
        (
            "    needs: no_objection\n",
            "    needs: no_objection\n    soft_opt_in: true\n",
            "'soft_opt_in' has no meaning where no consent is needed",
        ),
        ("channel: email, purposes", "channel: emial, purposes", "'emial' is no channel: did you mean 'email'?"),
        ("channel: email, purposes", "purposes", "state one of 'channel', the channel's name, and 'channel_in', the field that names it"),
        ("where: {decision: [consent]}", "where: {decision: [consnt]}", "'consnt' is no value of 'decision': did you mean 'consent'?"),
        ("channels:", "chanels:", "'chanels' is not a key that is known here: did you mean 'channels'?"),
    ],
)
def test_a_mistake_is_told_by_its_place(folder: Path, right: str, wrong: str, said: str) -> None:
    """The file, the line and the column of each mistake, and the nearest right name."""
    assert right in OUTREACH
    (folder / "outreach.yaml").write_text(OUTREACH.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_register(folder)
    assert any(str(problem).startswith("outreach.yaml:") and said in str(problem) for problem in caught.value.problems)
