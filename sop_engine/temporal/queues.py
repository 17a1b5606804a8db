"""Names of signals and activities that more than one side must agree on."""

from collections.abc import Mapping

from sop_engine.cases.contracts.signals import FOLLOW
from sop_engine.cases.told.case_ids import OWN_IDS

CHILD_REPORT = "case.child"
"""A child tells its parent that it closed."""
CHILD_FAILED = "case.child_failed"
"""A child tells its parent that it could not be opened."""
NOTICE_REPORT = "case.notice"
"""A notice tells the case that sent it how far it has come."""
HOLD, RESUME, CANCEL = "case.hold", "case.resume", "case.cancel"
"""What happens to a parent happens to its children."""
ENGINE_SIGNALS = frozenset((CHILD_REPORT, CHILD_FAILED, NOTICE_REPORT, HOLD, RESUME, CANCEL, FOLLOW))
"""What only a parent, a child or a notice may say, and is believed only once it was found in their own history."""
REFERENCE_DATA = "case.reference_data"
"""Corrected calendars and rules for an open case."""
CASE_ENDED = "case.ended"
"""The watch tells a case that its parent or child ended without a word; the case looks for itself."""

WATCH = "SopWatch"
"""The type of the workflow that looks for cases that were ended past the engine."""
RECORDS_ANCHOR = "SopRecords"
"""The type of the workflow that remembers which records the cases belong to."""
DUTIES = "SopDuties"
"""The type of the workflow that starts the cases of recurring duties."""
KEEP_REGISTER = "SopRegister"
"""The type of the workflow by which a person keeps rows of a register."""
ORDER = "SopOrder"
"""The type of the workflow by which a person orders something past every case."""
TAKE_STREAM = "SopReadings"
"""The type of the workflow by which readings of a stream are brought."""
STREAMS = "SopStreams"
"""The type of the workflow that looks after streams."""
DISPOSAL = "SopDisposal"
"""The type of the workflow that carries out an approved disposal."""
HAND_OVER = "SopHandOver"
"""The type of the workflow that hands over what a person holds."""
NOTICE = "SopNotice"
"""The type of the workflow of a notice that waits for something."""
OWN_WORKFLOWS = (WATCH, RECORDS_ANCHOR, DUTIES, KEEP_REGISTER, ORDER, TAKE_STREAM, STREAMS, DISPOSAL, HAND_OVER, NOTICE)
"""Types of workflows that are no cases."""

LOAD_PROCEDURE = "load_procedure"
PUBLISH_STEPS = "publish_steps"
READ_WORDS = "read_words"
LOAD_ORGANIZATION = "load_organization"
JUDGE_PLACES = "judge_places"
CHECK_OPENING = "check_opening"
LOOK_FOR_ENDED = "look_for_ended"
LOOK_FOR_LOST = "look_for_lost"
LOOK_AT_CASE = "look_at_case"
TOLD = "told"
"""The signal by which a worker tells it how far the records have come."""
ADOPT_RECORDS = "adopt_records"
RECALL_RECORDS = "recall_records"
REPAIR_RECORDS = "repair_records"
CHECK_RECORDS = "check_records"
RECORDS_FITNESS = "records_fitness"
DUTY_ROUND = "duty_round"
LIST_DUTIES, COMPARE_DUTIES = "list_duties", "compare_duties"
APPLY_DUTIES, PAUSE_DUTY, RESUME_DUTY, RUN_DUTY = "apply_duties", "pause_duty", "resume_duty", "run_duty"
POKE = "poke"
"""The signal that has the duties looked at now: a worker tells it when it starts, for it may have read other files."""

LIST_REGISTERS = "list_registers"
LIST_PEOPLE = "list_people"
LIST_ROWS = "list_rows"
LIST_ROW_CHANGES = "list_row_changes"
CHECK_ROWS = "check_rows"
KEEP_ROWS = "keep_rows"

KEEP_DEFINITION = "keep_definition"
LIST_DEFINITION_VERSIONS = "list_definition_versions"
READ_DEFINITION = "read_definition"
LIST_STREAMS, SHOW_STREAM = "list_streams", "show_stream"
CHECK_READINGS, TAKE_READINGS = "check_readings", "take_readings"
STREAM_ROUND = "stream_round"

FILE_BEGIN, FILE_PIECE, FILE_FINISH = "file_begin", "file_piece", "file_finish"
RECEIVE = "receive"
"""The update by which a machine tells a case something with files."""
JUDGE_FILES, LIST_FILES, READ_PIECE = "judge_files", "list_files", "read_piece"

LIST_DUE_FILES, LIST_HOLDS, LIST_DISPOSALS = "list_due_files", "list_holds", "list_disposals"
SET_HOLD, LIFT_HOLD = "set_hold", "lift_hold"
REQUEST_DISPOSAL, DECIDE_DISPOSAL, DISPOSE_FILES = "request_disposal", "decide_disposal", "dispose_files"
LIST_HELD_TASKS, HAND_TASKS = "list_held_tasks", "hand_tasks"
PLAN_NOTICE, SEND_NOTICE, SETTLE_NOTICE = "plan_notice", "send_notice", "settle_notice"
LIST_OUTBOX, RESEND_WEBHOOKS = "list_outbox", "resend_webhooks"
REFUSAL = "refusal"
"""The query that tells why a case would refuse an act."""

RECORDS_UNFIT = "RecordsUnfit"
"""The type of the failure of an errand that waits until the records are repaired."""


def watch_id(task_queue: str) -> str:
    """The id of the watch over a task queue."""
    return f"{OWN_IDS}watch.{task_queue}"


def anchor_id(task_queue: str) -> str:
    """The id of the workflow that remembers the records of a task queue."""
    return f"{OWN_IDS}records.{task_queue}"


def duties_id(task_queue: str) -> str:
    """The id of the workflow that starts the cases of a task queue's recurring duties."""
    return f"{OWN_IDS}duties.{task_queue}"


def register_id(task_queue: str, own: str) -> str:
    """The id of a workflow by which a person keeps rows."""
    return f"{OWN_IDS}register.{task_queue}.{own}"


def order_id(task_queue: str, own: str) -> str:
    """The id of a workflow by which a person orders something."""
    return f"{OWN_IDS}order.{task_queue}.{own}"


def disposal_id_of(task_queue: str, disposal: str) -> str:
    """The id of the workflow that carries out a disposal: there is one at a time."""
    return f"{OWN_IDS}disposal.{task_queue}.{disposal}"


def hand_over_id(task_queue: str, own: str) -> str:
    """The id of a workflow that hands over what a person holds."""
    return f"{OWN_IDS}hand-over.{task_queue}.{own}"


def readings_id(task_queue: str, own: str) -> str:
    """The id of a workflow by which readings are brought."""
    return f"{OWN_IDS}readings.{task_queue}.{own}"


def streams_id(task_queue: str) -> str:
    """The id of the workflow that looks after the streams of a task queue."""
    return f"{OWN_IDS}streams.{task_queue}"


def lasting_types(task_queue: str) -> Mapping[str, str]:
    """The type of each of the engine's own workflows that never end, by its id: the server forgets their first runs
    while they go on.
    """
    return {
        watch_id(task_queue): WATCH,
        anchor_id(task_queue): RECORDS_ANCHOR,
        duties_id(task_queue): DUTIES,
        streams_id(task_queue): STREAMS,
    }
