"""Readings in a scenario: each once, late ones and silence as the records have them; what is wrong is told by line."""

import pytest

from sop_engine.content.library import ContentError
from tests.scenarios.shipped import failures, told

ON_THE_WAY = """
scenarios:
  one:
    title: {en: On the way, zh: 送货途中}
    given:
      at: "2026-03-03 08:00"
      data:
        customer_name: Blue Lake Trading
        customer_email: ops@blue-lake.example
        consignee: {name: Blue Lake Trading, address: "1 Lake Road, Ningbo", contact: Chen Yi, email: door@elbe.example}
        pieces: 100
    when:
      - {person: deng.hui, completes: arrival_check.accepted, with: {condition: good, pieces_received: 100}}
      - person: li.na
        completes: appointing.agreed
        with:
          address: 5 Elbe Street
          contact: Max
          window_from_at: "2026-03-03T10:00+08:00"
          window_to_at: "2026-03-03T22:00+08:00"
      - {person: ma.chao, completes: assigning_vehicle.assigned, with: {vehicle: B-12345, driver: shi.lei}}
      - {person: huang.tao, completes: outbound_review.approved}
      STEPS
    then:
      EXPECTED
"""
ALL = "vehicle: B-12345, latitude: 30, longitude: 121"


def on_the_way(steps: str, expected: str) -> list[str]:
    return failures(ON_THE_WAY.replace("STEPS", steps).replace("EXPECTED", expected), "Delivery")


def reading(at: str, *rows: str, speed: str = "40") -> str:
    said = f", rows: [{', '.join(rows)}]" if rows else ""
    return f'- {{at: "2026-03-03 {at}", readings: positions, with: {{{ALL}, speed_kmh: {speed}}}{said}}}'


def test_silence_is_told_at_its_instant_and_only_of_whom_something_was_heard() -> None:
    nothing = '- {silence: "2026-03-03 12:00"}'
    assert on_the_way(nothing, "- {notice: tracker_silent, times: 0}") == []
    heard = f"{reading('08:10')}\n      {nothing}"
    assert on_the_way(heard, '- {notice: tracker_silent, times: 1, at: "2026-03-03 08:40"}') == []


def test_a_reading_that_is_known_is_passed_over() -> None:
    twice = f"{reading('08:10', '{}', '{}')}\n      {reading('08:20', '{at: 2026-03-03 08:10}', speed='1')}"
    assert on_the_way(f"{twice}\n      - {{silence: 2026-03-03 08:30}}", "- {notice: vehicle_standing, times: 0}") == []


def test_what_comes_later_than_the_stream_waits_for_judges_nothing() -> None:
    stands = reading("09:00", '{at: "2026-03-03 08:05"}', '{at: "2026-03-03 08:30"}', "{}", speed="0")
    refuted = reading("14:59", '{at: "2026-03-03 08:30", id: other}')
    late = f"{stands}\n      {reading('14:58', speed='0')}\n      {refuted}"
    corrected = "- {notice: tracking_corrected, times: 0}\n      - {notice: vehicle_went_on, times: 0}"
    assert on_the_way(late, corrected) == []
    in_time = f"{stands}\n      {refuted}"
    assert on_the_way(in_time, '- {notice: tracking_corrected, times: 1, at: "2026-03-03 14:59"}') == []


def test_an_episode_that_goes_on_at_the_end_of_the_span_ends_with_it() -> None:
    stands = reading("08:50", '{at: "2026-03-03 08:04"}', '{at: "2026-03-03 08:30"}', "{}", speed="0")
    done = "person: shi.lei, completes: on_the_way.arrived, with: {departed_at: 2026-03-03T08:00+08:00}"
    arrived = f"- {{at: 2026-03-03 09:10, {done}}}"
    went_on = '- {notice: vehicle_went_on, times: 1, at: "2026-03-03 09:10"}'
    assert on_the_way(f"{stands}\n      {arrived}", went_on) == []


def test_what_is_wrong_with_a_reading_is_told_with_its_line() -> None:
    said = f"with: {{{ALL}, sped: 1}}, rows: [{{speed_kmh: 900}}, {{at: soon}}]"
    wrong = f"- {{at: 2026-03-03 09:00, readings: positions, {said}}}"
    with pytest.raises(ContentError) as refused:
        told(ON_THE_WAY.replace("STEPS", wrong).replace("EXPECTED", "- {in: on_the_way}"), "Delivery")
    faults = str(refused.value)
    assert "with.sped: unknown field, did you mean speed_kmh?" in faults
    assert "'soon' is not an instant" in faults
    assert "900" in faults
    with pytest.raises(ContentError, match=r"unknown stream 'position'.*positions"):
        on_the_way(reading("09:00").replace("positions", "position"), "- {in: on_the_way}")


def test_a_reading_that_lies_ahead_of_its_coming_is_refused() -> None:
    ahead = reading("09:00", '{at: "2026-03-03 09:06"}')
    with pytest.raises(ContentError, match="lies ahead"):
        told(ON_THE_WAY.replace("STEPS", ahead).replace("EXPECTED", "- {in: on_the_way}"), "Delivery")
