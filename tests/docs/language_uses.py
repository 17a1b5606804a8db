"""What authors of procedures ask of the language, and what shipped shows it: a table of docs/sop-format.md."""

from pathlib import Path
from typing import NamedTuple

from sop_engine.content.library import content_root
from tests.docs.computed_page import table


class Use(NamedTuple):
    """One need, the words that meet it, and the file that says them."""

    need: str
    words: str
    file: str
    """Below the content; a procedure's, mostly."""
    scenario: str
    """One beside the procedure that comes past it."""
    procedure: str | None = None
    """Whose scenario it is, where the words stand in a file that is no procedure."""

    @property
    def path(self) -> Path:
        return content_root() / self.file

    @property
    def sop(self) -> str:
        return self.procedure or self.path.stem


SURVEY, DELIVERY = "service/SatisfactionSurvey.yaml", "freight/Delivery.yaml"
OUTING = "sales/CustomerVisit.yaml"
SHIPMENT, VISIT = "freight/FreightShipment.yaml", "service/VisitFollowUp.yaml"
GRADING, REVISION = "sales/CustomerClassification.yaml", "governance/SopRevision.yaml"

IMPROVED = "customers_answer_and_the_weakest_dimension_is_improved"

USES = (
    Use(
        "a procedure that comes again on a working day of each month",
        "on: first working day",
        "schedules.yaml",
        "the_duty_closes_the_month_before",
        "MonthEnd",
    ),
    Use(
        "one case in each period for each customer",
        "for_each: {register: customers",
        "schedules.yaml",
        "the_duty_reviews_each_key_customer",
        "CustomerClassification",
    ),
    Use(
        "a rule reads a row of a register, not older than some days",
        "fresh: 5 working days",
        "finance/Invoicing.yaml",
        "a_customer_file_that_was_read_long_ago_is_read_again",
    ),
    Use(
        "a rule reads what another case came to",
        "sop: FreightShipment",
        "service/Complaint.yaml",
        "whoever_investigates_sees_the_shipment",
    ),
    Use("a value that one case alone may have", "unique:", VISIT, "a_visit_that_is_followed_up_already"),
    Use(
        "a procedure keeps a register",
        "keep: customers",
        GRADING,
        "a_new_customer_is_graded_by_its_score",
    ),
    Use("scores of different weight", "weight='share'", GRADING, "a_new_customer_is_graded_by_its_score"),
    Use(
        "averages by group, and the lowest of them",
        "averages(by='dimension'",
        SURVEY,
        IMPROVED,
    ),
    Use(
        "some drawn by lot, so that it can be drawn again",
        "activity: draw_sample",
        SURVEY,
        "key_accounts_are_all_asked",
    ),
    Use("a ranking of which the best or the last are taken", "activity: rank", SURVEY, IMPROVED),
    Use(
        "words that must not be said, which operations extend", "contains_any(", VISIT, "each_question_goes_its_own_way"
    ),
    Use(
        "a field that is asked for only in some cases",
        "when: window_from_at is not none",
        DELIVERY,
        "a_delivery_at_the_weekend_is_agreed_with_who_receives_it",
    ),
    Use(
        "the weekday of an instant",
        "weekday(",
        DELIVERY,
        "a_delivery_at_the_weekend_is_agreed_with_who_receives_it",
    ),
    Use("the quarter of a day", "quarter(", SURVEY, "who_opens_a_survey_by_hand_means_the_quarter_that_runs"),
    Use("the month of a day", "month(", SURVEY, "who_opens_another_survey_by_hand_means_the_half_year_that_runs"),
    Use(
        "so many working days from a day, in a rule",
        "working_days(3)",
        SURVEY,
        "a_measure_is_given_three_working_days",
    ),
    Use(
        "the next working time",
        "next_opening(",
        "service/Complaint.yaml",
        "a_complaint_at_the_weekend_is_told_when_the_office_opens",
    ),
    Use(
        "a deadline of a child that follows its parent's",
        "follow: [cut_off_at]",
        SHIPMENT,
        "a_cut_off_moves_while_papers_are_collected",
    ),
    Use(
        "papers kept from the day on which something else happened",
        "field: cooperation_ended_on",
        "retention.yaml",
        "cooperation_ends",
        "CustomerClassification",
    ),
    Use(
        "positions of which a case hears what matters",
        "silent: silent_after",
        DELIVERY,
        "the_vehicle_stands_and_its_tracker_falls_silent",
    ),
    Use(
        "temperatures of which a case hears what matters",
        "for: celsius_wrong_after",
        SHIPMENT,
        "a_refrigerated_container_gets_warm",
    ),
    Use("which vehicle has room", "use: vehicles_with_room", DELIVERY, "vehicles_with_room_are_proposed"),
    Use("who is on duty", "activity: people_on_duty", DELIVERY, "vehicles_with_room_are_proposed"),
    Use("files asked for by kind", "attachments:", OUTING, "a_visit_is_made_and_followed_up"),
    Use("a task for the person whom a field names", "person: visitor", OUTING, "a_visit_is_made_and_followed_up"),
    Use("a task for who did another one", "same_as: planning", OUTING, "a_visit_is_made_and_followed_up"),
    Use("several states for each entry of a list", "procedure:", VISIT, "each_question_goes_its_own_way"),
    Use("a type that procedures share", "use: survey_dimension", SURVEY, IMPROVED),
    Use(
        "many who are asked, and what each of them said",
        "consulting.all:",
        REVISION,
        "who_drafted_is_not_consulted_and_an_objection_goes_back",
    ),
    Use(
        "a procedure published from a case",
        "activity: publish_definition",
        REVISION,
        "what_was_approved_is_published_read_and_trained",
    ),
)


def language_uses() -> str:
    rows = ((use.need, f"`{use.words}`", f"`{use.file}`", f"{use.sop}: `{use.scenario}`") for use in USES)
    return table(("Need", "Words", "File", "Scenario"), rows)
