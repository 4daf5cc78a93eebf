"""`ansvar review …`."""

from __future__ import annotations

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.register import open_register

_BY = click.option("--by", required=True, metavar="NAME", help="Who decides it.")
_REASON = click.option("--reason", required=True, help="Why.")
_NEXT = "It takes effect when identities are next worked out, with `ansvar run`."


@click.group("review")
def command() -> None:
    """Who may be one person: what is proposed, and what people decide."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(*, as_json: bool) -> None:
    """What waits for a decision, the most probable first; `ansvar subject show PERSON` shows the records of one."""
    from assets.identity.decisions import proposals

    with open_register().warehouse.reading() as engine:
        found = proposals(engine)
    if as_json:
        print_json(found)
        return
    rows = [[each["proposal"], each["reason"], _percent(each["probability"]), "\n".join(each["persons"])] for each in found]
    table(("proposal", "reason", "probability", "source persons"), rows)
    click.echo(f"{len(found):,} proposals.")


def _percent(probability: float | None) -> str | None:
    return None if probability is None else f"{probability:.2%}"


def _deciding(kind: str, explained: str) -> click.Command:
    """The command that decides so."""

    @command.command(kind, help=f"{explained} {_NEXT}")
    @click.argument("ids", metavar="ID…", nargs=-1, required=True)
    @_BY
    @_REASON
    def deciding(ids: tuple[str, ...], by: str, reason: str) -> None:
        from assets.identity.decisions import decide

        click.echo(decide(open_register(), kind, ids, by, reason))

    return deciding


_deciding("join", "The persons of a proposal, or those named, are one; prints the decision's opaque id.")
_deciding("apart", "They are each another person; prints the decision's opaque id.")
_deciding("split", "What these persons bear joins them to nobody: each is taken out of its subject; prints the decision's opaque id.")


@command.command("undo")
@click.argument("decision")
@_BY
@_REASON
def undo(decision: str, by: str, reason: str) -> None:
    """Take a decision back."""
    from assets.identity.kept import Kept

    register = open_register()
    Kept.of(register).ledger.undo(decision, by, reason, register.clock.now())
    click.echo(f"Undone. {_NEXT}")


@command.command("decisions")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def decisions(*, as_json: bool) -> None:
    """Every decision, oldest first, with those that were undone: by whom, when and why."""
    from assets.identity.kept import Kept

    verdicts = Kept.of(open_register()).ledger.all_verdicts()
    counts: dict[str, int] = {}
    for each in verdicts:
        counts[each["decision"]] = counts.get(each["decision"], 0) + 1
    shown = {each["decision"]: {key: value for key, value in each.items() if key not in ("one", "other", "verdict")} for each in verdicts}
    rows = [each | {"verdicts": counts[decision]} for decision, each in shown.items()]
    if as_json:
        print_json(rows)
        return
    columns = ("decision", "kind", "verdicts", "made_at", "made_by", "reason", "undone_at", "undone_by", "undone_reason")
    table(
        columns, [[f"{each[key]:%Y-%m-%d %H:%M}" if key.endswith("_at") and each[key] else each[key] for key in columns] for each in rows]
    )
