"""The pairs that the statechart does not claim to pass: what each asks for, in W3C's words, and why we do without."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One pair: the sentence that it tests, and our reason."""

    section: str
    quotation: str
    reason: str


_NO_TARGETS = (
    "A `send` has neither target nor type here: it always comes back to the same case. What another case is to hear "
    "is the effect `tell`, which the engine carries out. The translation refuses the file."
)
_NO_ERROR_EVENTS = (
    "No `error.*` events exist: a failing expression fails the step, the old snapshot stands and the case opens an "
    "incident for a person, instead of going on with an event that nobody may be waiting for."
)

EXCLUSIONS: Mapping[str, Exclusion] = MappingProxyType(
    {
        "w3c-ecma/test194.txml": Exclusion(
            "6.2.4",
            "If the value of the 'target' or 'targetexpr' attribute is not supported or invalid, the Processor MUST "
            "place the error error.execution on the internal event queue.",
            f"{_NO_TARGETS} {_NO_ERROR_EVENTS}",
        ),
        "w3c-ecma/test199.txml": Exclusion(
            "6.2.5",
            "If the SCXML Processor does not support the type that is specified, it MUST place the event "
            "error.execution on the internal event queue.",
            f"{_NO_TARGETS} {_NO_ERROR_EVENTS}",
        ),
        "w3c-ecma/test201.txml": Exclusion(
            "6.2.5",
            "Processors that support HTTP POST must use the value "
            'http://www.w3.org/TR/scxml/#BasicHTTPEventProcessor for the "type" attribute.',
            "Optional in the suite itself. The statechart has no HTTP: it is pure, and effects are carried out "
            "outside.",
        ),
        "w3c-ecma/test336.txml": Exclusion(
            "5.10",
            "For external events, the SCXML Processor SHOULD set the origintype field to a value which, in "
            "combination with the 'origin' field, will allow the receiver of the event to send a response back to "
            "the originating entity.",
            f"An event's `origin` says who reported it (person, machine, timer, chart), not an address. {_NO_TARGETS}",
        ),
        "w3c-ecma/test496.txml": Exclusion(
            "C.1",
            "If the sending SCXML session specifies a session that does not exist or is inaccessible, the SCXML "
            "Processor MUST place the error error.communication on the internal event queue of the sending session.",
            f"{_NO_TARGETS} {_NO_ERROR_EVENTS}",
        ),
        "w3c-ecma/test553.txml": Exclusion(
            "6.2",
            "If the evaluation of send's arguments produces an error, the Processor MUST discard the message without "
            "attempting to deliver it.",
            "The test's argument is a name that does not exist, which is found when a chart is read and keeps it "
            f"from running at all. {_NO_ERROR_EVENTS}",
        ),
    }
)
