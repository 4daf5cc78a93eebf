"""One-time codes."""

from __future__ import annotations

import datetime as dt

import pytest

from resources.one_time import accepted_step, code_at, step_of

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_the_codes_of_rfc_6238(seconds: int, code: str) -> None:
    """The last six digits of the RFC's own examples (appendix B, SHA-1)."""
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC).replace(tzinfo=None)
    assert code_at(SECRET, step_of(moment)) == code
    assert accepted_step([SECRET], f"{code[:3]} {code[3:]}", moment, 0) == seconds // 30


def test_a_code_is_accepted_once_and_near_its_time() -> None:
    """Half a minute early or late is near; a step that was taken, and any before it, is not accepted again."""
    moment = dt.datetime(2026, 10, 15, 3)  # noqa: DTZ001 - as the clock gives it
    step = step_of(moment)
    assert [accepted_step([SECRET], code_at(SECRET, step + drift), moment, 0) for drift in (-2, -1, 0, 1, 2)] == [
        None,
        step - 1,
        step,
        step + 1,
        None,
    ]
    assert accepted_step([SECRET], code_at(SECRET, step), moment, step) is None
    assert accepted_step([b"another"], code_at(SECRET, step), moment, 0) is None
