"""What a case is given when it opens: its procedure with the law of that day in China."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.testing import ActivityEnvironment

from activities.definitions import DefinitionActivities
from sop_engine.cases.contracts.opening import LoadInput, OpenCheckInput
from sop_engine.cases.written.procedure import Bundle
from sop_engine.content.current import CurrentLibrary
from sop_engine.content.library import load_library
from sop_engine.content.place_files import load_places
from sop_engine.records.chains import Chains
from sop_engine.records.definitions import DefinitionRepository
from sop_engine.records.engine import open_engine
from sop_engine.records.migration import migrate
from sop_engine.temporal.present import PRESENT


@pytest.fixture(scope="module")
def definitions() -> DefinitionActivities:
    engine = open_engine("sqlite://")
    migrate(engine)
    library = load_library()
    current = CurrentLibrary(library, dict, lambda sop, version: "")
    return DefinitionActivities(current, DefinitionRepository(engine), load_places(library.root), Chains(engine))


def loaded(definitions: DefinitionActivities, opened_at: datetime) -> Bundle:
    packed = definitions.load_procedure(LoadInput(sop="TaxPayment", version=None, opened_at=opened_at))
    return PRESENT.procedure(packed).bundle


def test_a_case_opens_under_the_law_of_the_day_in_china(definitions: DefinitionActivities) -> None:
    """16:00 in Greenwich on 30 November is midnight of the day on which the Tariff Law came into force."""
    before, after = (
        loaded(definitions, datetime(2024, 11, 30, hour, minute, tzinfo=UTC)) for hour, minute in ((15, 59), (16, 0))
    )
    assert before.rules["pay_days"].citation.startswith("海关法 Customs Law")
    assert after.rules["pay_days"].citation == "关税法 Tariff Law Art. 43"
    assert (before.parameters["pay_days"], after.parameters["pay_days"]) == (15, 15)


def test_a_case_from_before_the_law_is_refused_for_good(definitions: DefinitionActivities) -> None:
    with pytest.raises(ApplicationError, match="no text of rule T5 holds on 1999-12-31") as caught:
        loaded(definitions, datetime(1999, 12, 31, tzinfo=UTC))
    assert (caught.value.type, caught.value.non_retryable) == ("Definition", True)


def test_an_sop_that_does_not_exist_is_an_answer_and_no_failure(definitions: DefinitionActivities) -> None:
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, workflow_id=None)
    with pytest.raises(ApplicationError, match="no SOP is called 'Comission'") as told:
        environment.run(definitions.check_opening, OpenCheckInput(sop="Comission"))
    assert (told.value.type, told.value.category) == ("InvalidInput", ApplicationErrorCategory.BENIGN)


def test_a_case_is_not_opened_between_places_that_nobody_knows(definitions: DefinitionActivities) -> None:
    shipment = {"customer_name": "Blue Lake", "customer_email": "ops@blue-lake.example", "origin": "CNXMX"}
    given = OpenCheckInput(sop="CommissionIntake", data={**shipment, "destination": "DEHAM"})
    (fault,) = definitions.check_opening(given).faults
    assert (fault.where, fault.what) == ("origin", "CNXMX is not in UN/LOCODE 2023-1")
    assert fault.allowed.startswith("CNXMN Xiamen, ")
    known = given.model_copy(update={"data": {**given.data, "origin": "CNXMN"}})
    assert definitions.check_opening(known).faults == ()


def test_a_case_is_not_opened_with_a_file_that_cannot_be(definitions: DefinitionActivities) -> None:
    customer = {"customer": "C-1", "customer_name": "Blue Lake", "customer_email": "ops@blue-lake.example"}
    file = {"name": "scans/order.pdf", "size": -1}
    given = OpenCheckInput(sop="FreightShipment", data={**customer, "direction": "export", "source_document": file})
    faults = definitions.check_opening(given).faults
    assert [fault.where for fault in faults] == ["source_document.name", "source_document.size"]
