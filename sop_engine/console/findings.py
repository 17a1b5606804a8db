"""What `sop doctor` finds."""

from typing import Literal

from pydantic import BaseModel

Verdict = Literal["ok", "warning", "wrong", "unreachable"]


class Finding(BaseModel):
    """One thing looked at."""

    check: str
    verdict: Verdict
    what: str
    mend: str = ""


class Findings(BaseModel):
    findings: tuple[Finding, ...]
