"""Every word of the language is said by a shipped procedure or scenario, or named here with the reason why not."""

from collections.abc import Mapping
from types import MappingProxyType

from tests.unit.content.language_used import language, used

JINJA = "a word of Jinja2, in whose syntax expressions are written; authors expect it"
SCXML = "the chart carries out all of SCXML, which docs/conformance.md measures"
INNER = "an inner procedure may say what any procedure says"
EVERY_STEP = "each step and each expectation may be of a case below"
EVERY_ACT = "each act may say so"
ALIKE = "one of a set of words whose others are said: the set is whole"
NAMED = "a text of one's own in place of the one that the engine makes"
PRICES = "for quotations, which are still to be written"
COSTS = "for the accounting of costs and of cash on delivery, whose procedures are still to be written"
MONEY = "for the customer's account, whose procedures are still to be written"
STAFF = "for procedures of visits, service requests and audits, which are still to be written"
FILES = "papers and photographs are fields, which children and papers read; this is for files that only the case keeps"
WAYS = "whom the shipped procedures tell is known by name, mail and telephone"
GIVEN_OUT = "in the shipped firm whoever is free claims, or a person is named; this is for a firm that gives work out"
HIDDEN = "the shipped firm hides fields, not cases; who else is shut out is for a site to say"
SHOWN = "tests show it; no rule of the firm asks for it yet"

UNUSED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        JINJA: frozenset(
            {
                "filter abs",
                "filter int",
                "filter lower",
                "filter sort",
                "filter sums",
                "filter upper",
                "test equalto",
                "test undefined",
            }
        ),
        SCXML: frozenset(
            {
                "Initial.do",
                "Initial.to",
                "Reactions.internal",
                "Sop.parallel",
                "State.do",
                "State.history=deep",
            }
        ),
        INNER: frozenset(
            {
                "Inner.addressees",
                "Inner.calendar",
                "Inner.cancel",
                "Inner.cancelled_with",
                "Inner.hidden_from",
                "Inner.initial",
                "Inner.on",
                "Inner.owner",
                "Inner.parallel",
                "Inner.publishes",
                "Inner.purpose",
                "Inner.readers",
                "Inner.streams",
                "Inner.unique",
            }
        ),
        EVERY_STEP: frozenset(
            {
                "ChildEnds.case",
                "DelayExpected.case",
                "EntryExpected.case",
                "Expects.case",
                "Hears.case",
                "HoldsExpected.case",
                "IncidentExpected.case",
                "KeptExpected.case",
                "NoticeComes.case",
                "PostingExpected.case",
                "Reports.case",
                "WorkExpected.case",
            }
        ),
        EVERY_ACT: frozenset(
            {
                "Completes.happened_at",
                "Completes.ticks",
                "Does.refused",
                "Reports.happened_at",
                "Reports.reason",
            }
        ),
        ALIKE: frozenset(
            {
                "ChildSpec.until=all",
                "ChildSpec.until=any",
                "ClockSpec.on_hold=pause",
                "ClockSpec.roll=none",
                "ClockSpec.roll=previous_working_day",
                "FieldSpec.type=duration",
                "Given.notices=failed",
                "Given.notices=kept",
                "ParameterSpec.counted_in=minutes",
                "ParameterSpec.counted_in=months",
                "ParameterSpec.counted_in=weeks",
                "ParameterSpec.counted_in=years",
                "TaskSpec.on_hold=pause",
                "TaskSpec.roll",
                "TaskSpec.roll=next_working_day",
                "TaskSpec.roll=none",
                "WorkSpec.store.use",
                "WorkSpec.with.use",
                "TaskSpec.roll=previous_working_day",
                "TaskSpec.until=all",
                "TaskSpec.until=any",
            }
        ),
        NAMED: frozenset(
            {
                "ChildSpec.title",
                "EpisodeRule.title",
                "EventSpec.data.use",
                "TaskSpec.title",
                "WorkSpec.title",
            }
        ),
        PRICES: frozenset(
            {
                "work chargeable_weight",
                "work export_duty",
                "work freight_price",
                "work shipment_margin",
            }
        ),
        COSTS: frozenset(
            {
                "work confirm_cost",
                "work issue_invoice",
                "work record_cod_handed_in",
            }
        ),
        MONEY: frozenset(
            {
                "work assign_receipt",
                "work refund_customer",
                "work release_receipt",
            }
        ),
        STAFF: frozenset(
            {
                "ChildSpec.detached",
                "ChildSpec.keeps",
                "ChildSpec.until",
                "TaskSpec.calendar",
                "TaskSpec.candidates",
                "TaskSpec.until",
            }
        ),
        FILES: frozenset(
            {
                "AttachmentSpec.max_size",
                "FieldSpec.max_size",
                "function same_content",
            }
        ),
        WAYS: frozenset(
            {
                "AddresseeSpec.address",
                "AddresseeSpec.customer",
                "AddresseeSpec.language",
                "AddresseeSpec.url",
            }
        ),
        GIVEN_OUT: frozenset(
            {
                "Action.choose",
                "TaskSpec.assign",
                "TaskSpec.assign=least_busy",
                "TaskSpec.assign=on_duty",
                "TaskSpec.assign=rotation",
            }
        ),
        HIDDEN: frozenset(
            {
                "Sop.readers",
            }
        ),
        SHOWN: frozenset(
            {
                "Action.read",
                "Action.unique",
                "ClockSpec.resume",
                "ClockSpec.warn",
                "IncidentExpected.incident",
                "ScenarioBody.sop",
                "WorkSpec.attempts",
            }
        ),
    }
)


def test_every_word_of_the_language_is_said_by_something_shipped() -> None:
    named = {word for words in UNUSED.values() for word in words}
    silent = language() - used()
    assert sorted(silent - named) == [], "said by no shipped procedure or scenario: use it, strike it, or say why here"
    assert sorted(named - silent) == [], "said by something shipped, or not a word any more: take it off the list"
