"""`sop report`: figures over all cases."""

from typing import Annotated

import typer

from sop_engine.cases.reading import TrialBalance, TrialBalanceInput
from sop_engine.console.command import command, group
from sop_engine.console.context import Session

report = group("report", "Figures over all cases.")


@command(report, "balance", reads=True)
async def balance(
    session: Session, case_id: Annotated[str | None, typer.Option("--case", help="Only of this case.")] = None
) -> None:
    """Show the trial balance: every account's debit and credit."""
    gateway = await session.gateway()
    answer = await gateway.read("trial_balance", TrialBalanceInput(case_id=case_id), TrialBalance)
    if session.as_json:
        session.json(answer)
        return
    from sop_engine.console.render_lists import render_balance

    session.show(render_balance(answer, session.language))
    session.say("The ledger balances" if answer.balanced else "The ledger does not balance")
