"""`channels.yaml`: the ways in which this site reaches people, each with the names of its settings. No secret stands in
it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field

from sop_engine.basis.models import Frozen
from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.contracts.outgoing import Counts
from sop_engine.statechart.expressions import ExpressionError, FieldType, compile_expression
from sop_engine.statechart.faults import Path
from sop_engine.timekeeping.periods import PeriodError, parse_period

ChannelKind = Literal["smtp", "http", "webhook", "in_app", "case", "apprise"]
ADDRESSES: Mapping[str, str] = MappingProxyType(
    {"smtp": "email", "http": "phone", "webhook": "url", "in_app": "people", "apprise": "phone"}
)
"""What of an addressee a kind of channel needs, unless the channel says otherwise. A case needs nothing."""
PLACEHOLDERS = ("address", "called", "subject", "text", "short", "out_id", "secret", "language", "template")
"""What the body and the headers of an HTTP gateway may name: `{text}`."""
ANSWER: Mapping[str, FieldType] = MappingProxyType({"answer": FieldType("any"), "status": FieldType("integer")})
"""What `accepted` and `reference` see: the answer's JSON, and the status of HTTP."""
_SETTING = r"^SOP_[A-Z0-9_]{1,60}$"
_KINDS_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("url", "url_from"), ("http", "webhook")),
        **dict.fromkeys(("body", "headers", "form", "accepted", "reference"), ("http",)),
        **dict.fromkeys(("from_data", "local"), ("webhook",)),
        **dict.fromkeys(("sop", "told"), ("case",)),
    }
)
"""Keys that only some kinds of channels have."""
NAMED = re.compile(r"\{([a-z_]+)\}")


class ChannelSpec(Frozen):
    """One way out."""

    kind: ChannelKind
    needs: Literal["email", "phone", "address", "url", "people"] | None = None
    """What of an addressee it needs."""
    url: str | None = None
    url_from: str | None = Field(default=None, pattern=_SETTING)
    """In place of `url`: the setting that has it. A channel whose setting is empty is closed."""
    secret: str | None = Field(default=None, pattern=_SETTING)
    """The setting that has the key; an empty one closes the channel."""
    from_data: bool = False
    """Of a webhook: whether it goes to the addressee's own address, which is then https and public."""
    local: bool = False
    """Whether that address may be within a house all the same. One that the site itself names may be anywhere."""
    headers: dict[str, str] = {}
    body: dict[str, Any] = {}
    form: bool = False
    """Whether the body is sent as a form; as JSON otherwise."""
    accepted: str | None = None
    """An expression over `answer` and `status` that says whether the provider took the message."""
    reference: str | None = None
    """An expression over `answer` that gives the provider's own number."""
    delivered_by: Literal["receipt", "acceptance", "nobody"] = "nobody"
    """What shows that the addressee has it."""
    receipt_within: str = "1 hour"
    bounces_within: str | None = None
    tries_within: str = "1 hour"
    timeout_seconds: int = Field(default=10, ge=1, le=60)
    hours: str | None = None
    """A calendar outside of whose hours nothing goes out: quiet hours."""
    digest_at: str | None = Field(default=None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """When what an addressee wants together goes out, by `hours`."""
    sop: str | None = None
    told: dict[str, Counts] = {}
    """Of a case: its outcomes, and what each means."""

    @property
    def address_kind(self) -> str | None:
        return self.needs or ADDRESSES.get(self.kind)


def seconds_of(text: str) -> int:
    """A length of elapsed time in seconds. Raises PeriodError for one that a calendar would have to count."""
    period = parse_period(text)
    if period.is_working:
        raise PeriodError(text, "an elapsed time is meant, such as `30 minutes`")
    return int(period.length.total_seconds())


def faults_of_channels(
    channels: Mapping[str, ChannelSpec], calendars: Collection[str], outcomes: Mapping[str, Collection[str]]
) -> Iterator[tuple[Path, str]]:
    """What is wrong with the channels. `outcomes` are those of each SOP that there is."""
    for name, spec in channels.items():
        for key, kinds in _KINDS_OF.items():
            if key in spec.model_fields_set and spec.kind not in kinds:
                yield (name, key), f"belongs to channels of kind {' or '.join(kinds)}, not to {spec.kind}"
        if spec.hours is not None and spec.hours not in calendars:
            yield (name, "hours"), f"unknown calendar {spec.hours!r}{suggestion(spec.hours, calendars)}"
        if spec.digest_at is not None and spec.hours is None:
            yield (name, "digest_at"), "needs `hours`: the calendar whose days and zone are meant"
        for key in ("receipt_within", "bounces_within", "tries_within"):
            text = getattr(spec, key)
            if text is not None:
                try:
                    seconds_of(text)
                except PeriodError as error:
                    yield (name, key), str(error)
        yield from (((name, *path), what) for path, what in _of_kind(spec, outcomes))


def _of_kind(spec: ChannelSpec, outcomes: Mapping[str, Collection[str]]) -> Iterator[tuple[Path, str]]:
    if spec.kind == "case":
        if spec.sop is None or spec.sop not in outcomes:
            yield ("sop",), f"unknown SOP {str(spec.sop)!r}{suggestion(str(spec.sop), outcomes)}"
            return
        if "delivered" not in spec.told.values() and "accepted" not in spec.told.values():
            yield ("told",), "says of no outcome that the addressee was told"
        for outcome in spec.told:
            if outcome not in outcomes[spec.sop]:
                what = f"{spec.sop} has no outcome {outcome!r}{suggestion(outcome, outcomes[spec.sop])}"
                yield ("told", outcome), what
    if spec.kind in ("http", "webhook") and not spec.from_data and (spec.url is None) == (spec.url_from is None):
        yield (), "says either `url` or, by the name of a setting, `url_from`"
    if spec.kind == "webhook" and spec.secret is None:
        yield (), "needs `secret`: the setting with the key by which it is signed"
    if spec.kind == "http":
        if spec.accepted is None:
            yield (), "needs `accepted`: a gateway may answer 200 to what it did not take"
        for key in ("accepted", "reference"):
            source = getattr(spec, key)
            if source is not None:
                try:
                    compile_expression(source, ANSWER)
                except ExpressionError as error:
                    yield (key,), str(error)
        for path, text in _texts({"headers": spec.headers, "body": spec.body}, ()):
            for word in NAMED.findall(text):
                if word not in PLACEHOLDERS:
                    yield (
                        path,
                        f"unknown name {word!r}{suggestion(word, PLACEHOLDERS)}; known: {', '.join(PLACEHOLDERS)}",
                    )


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _texts(each, (*path, number))
