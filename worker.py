"""The composition root: settings become a client, activities and a worker. Nothing here decides anything."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from secrets import token_bytes
from typing import Any

from sqlalchemy import Engine
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Interceptor, Worker

from activities.access import Guard
from activities.bill_reversals import ReversalActivities
from activities.cash_on_delivery import CashActivities
from activities.credit import CreditActivities
from activities.customer_money import CustomerMoneyActivities
from activities.definitions import DefinitionActivities
from activities.documents import DocumentActivities
from activities.duties import DutyActivities
from activities.files import FileActivities
from activities.handing_over import HandOverActivities
from activities.identity import Proofs
from activities.interruption import Interruption
from activities.ledger import LedgerActivities
from activities.lenses import Lenses
from activities.life import SignsOfLife
from activities.margins import MarginActivities
from activities.months import MonthActivities
from activities.notice_ways import Ways
from activities.notices import NoticeActivities
from activities.outgoing import OpenChannel, OutgoingActivities
from activities.payables import PayableActivities
from activities.people import PeopleActivities
from activities.proofs import ProofActivities
from activities.publishing import PublishingActivities
from activities.reading import ReadingActivities
from activities.receivables import ReceivableActivities
from activities.records import RecordActivities
from activities.records_care import RecordsCare
from activities.redoing import Redoing
from activities.registers import RegisterActivities
from activities.reports import ReportActivities
from activities.retention import RetentionActivities
from activities.returned_tax import ReturnedTaxActivities
from activities.selection import SelectionActivities
from activities.streams import StreamActivities
from activities.supplier_credits import SupplierCreditActivities
from activities.unique_values import UniqueValueActivities
from activities.viewing import ViewActivities
from activities.watching import WatchActivities
from activities.work import WorkActivities
from activities.work_rules import WorkRules, load_work_rules
from sop_engine.cases.written.file_facts import Receipts
from sop_engine.channels.mail import MailServer
from sop_engine.channels.opening import opened
from sop_engine.console.application import run
from sop_engine.content.current import CurrentLibrary
from sop_engine.content.library import Library, load_library
from sop_engine.content.rules import load_rules
from sop_engine.documents.notices import NoticeTemplates
from sop_engine.documents.papers import PaperTemplates
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.absences import Attendance
from sop_engine.records.chains import Chains
from sop_engine.records.contents import ContentStore
from sop_engine.records.definition_publications import PublicationRepository
from sop_engine.records.definitions import DefinitionRepository
from sop_engine.records.duty_subjects import RegisterSubjects
from sop_engine.records.engine import open_engine
from sop_engine.records.file_uses import FileUses
from sop_engine.records.gaps import Gaps
from sop_engine.records.migration import migrate
from sop_engine.records.notices import NoticeRepository
from sop_engine.records.numbers import NumberRepository
from sop_engine.records.queries import CaseQueries
from sop_engine.records.registers import RegisterRepository
from sop_engine.records.signing_keys import VIEWING, VOUCHING, receipts_of, workers_key
from sop_engine.settings import Settings
from sop_engine.temporal.act_latency import ActLatency
from sop_engine.temporal.anchor import Anchor
from sop_engine.temporal.attributes import require_attributes
from sop_engine.temporal.episode_news import EpisodeNews
from sop_engine.temporal.errand_guard import ErrandGuard
from sop_engine.temporal.executions import Executions
from sop_engine.temporal.keeper import Keeper
from sop_engine.temporal.present import PRESENT
from sop_engine.temporal.proving import ProvenActs
from sop_engine.temporal.records_guard import RecordsGuard
from sop_engine.temporal.replaying import CaseReplayer
from sop_engine.temporal.row_news import RowNews
from sop_engine.temporal.seal import Seal
from sop_engine.temporal.signing import WorkersHand, signing_client
from sop_engine.temporal.staff import Staff
from sop_engine.temporal.turns import patient
from sop_engine.temporal.vouching import Voucher
from workflows.anchor import RecordsAnchor
from workflows.case import CaseWorkflow
from workflows.disposal import DisposalWorkflow
from workflows.duties import DutiesWorkflow
from workflows.handing_over import HandOverWorkflow
from workflows.notice import NoticeWorkflow
from workflows.order import OrderWorkflow
from workflows.readings import ReadingsWorkflow
from workflows.register import RegisterWorkflow
from workflows.streams import StreamsWorkflow
from workflows.watch import WatchWorkflow

THREADS = 16
IN_HAND = timedelta(seconds=5)
"""How long a worker that is told to end lets activities go on before it breaks them off."""
PROGRESS_EVERY = timedelta(seconds=2)
"""How often the server hears from a repair."""


def activities(
    settings: Settings,
    library: Library,
    engine: Engine,
    work_rules: WorkRules,
    gaps: Gaps | None = None,
    tell_readers: Callable[[str], None] = lambda _: None,
    tell_episodes: Callable[[], int] = lambda: 0,
    receipts: Receipts | None = None,
) -> Sequence[Callable[..., Any]]:
    """Every activity of a worker, with what it depends on. Without `receipts` its files have receipts of its own."""
    publications = PublicationRepository(engine)
    current = CurrentLibrary(library, publications.heads, publications.text)
    receipts = receipts or Receipts(token_bytes(32))
    store = ContentStore(engine, receipts, settings.files, settings.largest_file)
    staff = staff_of(library, engine)
    definitions = DefinitionActivities(
        current,
        DefinitionRepository(engine),
        work_rules.places,
        Chains(engine),
        settings.continue_after,
        receipts,
        staff.now,
    )
    records = RecordActivities(engine, gaps)
    sops = {name: sop_file.definition for name, sop_file in library.sops.items()}
    lenses = lenses_of(library, engine)
    notices = NoticeActivities(
        engine, library.organization, mail_server(settings), NoticeTemplates(library.root / "notices"), lenses
    )
    papers = library.root / "documents"
    templates = PaperTemplates(papers)
    documents = DocumentActivities(engine, templates, library.organization)
    packaged = load_rules(library.root / "ledger.yaml", LedgerRules)
    rules = packaged.model_copy(update={"rates": work_rules.exchange_rates})
    books = (
        LedgerActivities,
        ReceivableActivities,
        CashActivities,
        CustomerMoneyActivities,
        MarginActivities,
        MonthActivities,
        ReturnedTaxActivities,
        SupplierCreditActivities,
    )
    ledger = (
        *(holder(engine, rules) for holder in books),
        PayableActivities(engine, rules, work_rules.charges.codes, library.organization),
        ReversalActivities(engine, rules, work_rules.charges.codes),
        CreditActivities(engine, rules, library.organization, work_rules.exchange_rates),
        ReportActivities(engine, rules, library.sop_calendars(), library.organization),
    )
    reading = ReadingActivities(engine, library.organization, sops, staff.now, templates)
    work = WorkActivities(engine, work_rules)
    subjects = RegisterSubjects(engine, library.registers)
    beside = (
        WatchActivities(engine),
        FileActivities(engine, store, receipts, lenses, templates),
        DutyActivities(engine, library, settings.task_queue, subjects),
        SelectionActivities(subjects),
        RegisterActivities(engine, library.registers, library.organization, tell_readers),
        UniqueValueActivities(engine),
        PublishingActivities(engine, current),
        StreamActivities(engine, library.streams, library.organization, tell_episodes),
        RetentionActivities(engine, library),
        HandOverActivities(engine, library.organization, sops, settings.task_queue),
        PeopleActivities(engine, staff, Attendance(engine, library.registers)),
    )
    sending = outgoing(settings, library, engine, lenses)
    return declared(definitions, records, notices, sending, documents, *ledger, reading, work, *beside)


def outgoing(settings: Settings, library: Library, engine: Engine, lenses: Lenses) -> OutgoingActivities:
    """What sends notices that wait for something, by the channels whose settings are there."""
    channels = library.channels.channels
    made = opened(channels, settings.channel_settings, mail_server(settings))
    hours = {name: spec.hours for name, spec in channels.items() if spec.hours is not None}
    return OutgoingActivities(
        engine,
        library.organization,
        NoticeTemplates(library.root / "notices"),
        Ways(channels, made, library.organization, RegisterRepository(engine), library.calendars),
        {
            name: OpenChannel(
                outbound,
                library.calendars[hours[name]].next_opening if name in hours else None,
                has_events=channels[name].kind == "webhook",
            )
            for name, outbound in made.items()
        },
        lenses,
    )


def staff_of(library: Library, engine: Engine) -> Staff:
    """Who is who in the firm at present."""
    return Staff(library.organization, Attendance(engine, library.registers).away)


def lenses_of(library: Library, engine: Engine) -> Lenses:
    """What each reader may see of cases."""
    definitions = {name: sop_file.definition for name, sop_file in library.sops.items()}
    return Lenses(engine, library.organization, definitions)


def declared(*holders: object) -> list[Callable[..., Any]]:
    """The activities of some holders."""
    return [
        method
        for holder in holders
        for name in dir(holder)
        if hasattr(method := getattr(holder, name), "__temporal_activity_definition")
    ]


def redoing_of(settings: Settings, library: Library, engine: Engine, own: Sequence[Callable[..., Any]]) -> Redoing:
    """How a repair carries errands out again: by the same activities, but that no mail leaves."""
    firm, templates = library.organization, NoticeTemplates(library.root / "notices")
    lenses = lenses_of(library, engine)
    return Redoing(
        NumberRepository(engine),
        DocumentActivities(engine, PaperTemplates(library.root / "documents"), firm),
        lambda mail: NoticeActivities(engine, firm, mail, templates, lenses),
        NoticeRepository(engine),
        {activity._Definition.must_from_callable(method).name or "": method for method in own},
    )


def mail_server(settings: Settings) -> MailServer | None:
    """The mail server, where one is configured."""
    if settings.smtp_host is None:
        return None
    return MailServer(host=settings.smtp_host, port=settings.smtp_port, sender=settings.smtp_from)


def build_worker(
    client: Client,
    settings: Settings,
    library: Library,
    engine: Engine,
    guard: RecordsGuard | None = None,
    stand_in: Interceptor | None = None,
) -> Worker:
    """A worker for every SOP of the library. The client brings the plugin with converter and sandbox.

    Without a guard nobody compares the records with what the cases know of them. A `stand_in` comes before everything.
    """
    work_rules = load_work_rules(library.root, settings.tables_folder)
    PRESENT.places, PRESENT.receipts = work_rules.places, receipts_of(engine)
    staff_of(library, engine).look()
    guard = guard or RecordsGuard(engine)
    chains = Chains(engine)
    proofs = ProofActivities(client, settings.task_queue, chains.of)
    PRESENT.seal = Seal(workers_key(engine, VIEWING))
    viewing = ViewActivities(engine, client, settings.task_queue, lenses_of(library, engine))
    news = RowNews(client, engine).tell, EpisodeNews(client, engine).tell
    own = activities(settings, library, engine, work_rules, guard.gaps, *news, PRESENT.receipts)
    redoing = redoing_of(settings, library, engine, own)
    care = RecordsCare(engine, client, settings.task_queue, guard, CaseReplayer(CaseWorkflow), own, redoing.redo)
    guard_of_runs = Guard(Executions(client), settings.task_queue, chains.of)
    asks_for_proofs = settings.identity == "signed"
    if asks_for_proofs:
        PRESENT.voucher = Voucher(workers_key(engine, VOUCHING))
        client = signing_client(client, WorkersHand(PRESENT.voucher))
    serving = Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[
            CaseWorkflow,
            WatchWorkflow,
            DutiesWorkflow,
            RecordsAnchor,
            RegisterWorkflow,
            OrderWorkflow,
            ReadingsWorkflow,
            StreamsWorkflow,
            DisposalWorkflow,
            HandOverWorkflow,
            NoticeWorkflow,
        ],
        activities=[*own, *declared(care, viewing), proofs.read_words],
        max_heartbeat_throttle_interval=PROGRESS_EVERY,
        graceful_shutdown_timeout=IN_HAND,
        activity_executor=ThreadPoolExecutor(THREADS),
        interceptors=[
            *([stand_in] if stand_in is not None else []),
            ActLatency(),
            SignsOfLife(),
            guard_of_runs,
            *([ProvenActs(), Proofs(guard_of_runs, Executions(client), chains.of)] if asks_for_proofs else []),
            ErrandGuard(guard),
            Interruption(),
        ],
    )
    return patient(serving)


async def serve(
    client: Client,
    settings: Settings,
    ready: asyncio.Event,
    stop: asyncio.Event,
    *,
    stand_in: Interceptor | None = None,
) -> None:
    """Runs a worker until `stop` is set; sets `ready` once it polls. Raises where the server lacks an attribute.

    With a `stand_in` for the world it plays cases and does nothing beside them, for a server that skips time: a watch
    or a round of duties would run for each minute of the months that it skips.
    """
    if stand_in is None:
        await require_attributes(client)
    library = load_library(**settings.content_files())
    engine = open_engine(settings.database_url)
    migrate(engine)
    guard = RecordsGuard(engine, None if stand_in is not None else Anchor(client, settings.task_queue))
    try:
        if stand_in is not None:
            async with build_worker(client, settings, library, engine, guard, stand_in):
                ready.set()
                await stop.wait()
            return
        await guard.look()
        counted, sweep = CaseQueries(engine).count_open, FileUses(engine, settings.files).sweep
        keeper = Keeper(client, settings.task_queue, counted, sweep, has_streams=bool(library.streams))
        async with build_worker(client, settings, library, engine, guard):
            kept = guard.run(), keeper.keep(), staff_of(library, engine).keep()
            beside = [asyncio.create_task(each) for each in kept]
            try:
                ready.set()
                await stop.wait()
            finally:
                for task in beside:
                    task.cancel()
        await guard.leave()
    finally:
        engine.dispose()


def main() -> None:
    """`sop-worker` and `python -m worker`: the command `sop worker`, for what starts programs by one name."""
    sys.argv.insert(1, "worker")
    run(serve)


if __name__ == "__main__":
    main()
