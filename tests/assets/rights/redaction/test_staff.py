"""Who is staff, by the notice and the register."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assets.rights.redaction.staff import Staff

if TYPE_CHECKING:
    from resources.catalogue import Catalogue
    from resources.register import Register


def _with_staff(catalogue: Catalogue, role: str) -> Catalogue:
    subjects = {
        name: kind.model_copy(update={"staff": role in kind.roles, "roles": [role] if role in kind.roles else kind.roles})
        for name, kind in catalogue.notice.data_subjects.items()
    }
    return replace(catalogue, notice=catalogue.notice.model_copy(update={"data_subjects": subjects}))


def test_staff_stand_in_the_roles_of_the_notice(small: Register) -> None:
    """Whoever stands in a role of staff is staff, by what the fields of that role hold and by the names that addresses are made of."""
    with small.warehouse.reading() as engine:
        staff = Staff.of(engine, _with_staff(small.catalogue, "agent"))
    assert (staff.values, staff.names) == (frozenset({"liisa.lahti@aurinko.example"}), (frozenset({"liisa", "lahti"}),))
    assert (staff.has("liisan", "lahden"), staff.has("liisalle"), staff.has("liisa", "korhonen")) == (True, True, False)


def test_nobody_is_staff_unless_the_notice_says_so(small: Register) -> None:
    """Without `staff: true` those who answer are as anybody."""
    with small.warehouse.reading() as engine:
        assert Staff.of(engine, small.catalogue) == Staff()
