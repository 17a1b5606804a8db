import pytest

from sop_engine.statechart.expressions import ExpressionError, FieldType, compile_expression

TEXT, NUMBER, INSTANT = FieldType("text"), FieldType("decimal"), FieldType("datetime")
PACKAGE = FieldType("record", fields={"kg": NUMBER, "mark": TEXT, "pieces": FieldType("integer")})
NAMES = {
    "weight_kg": NUMBER,
    "pieces": FieldType("integer"),
    "name": TEXT,
    "urgent": FieldType("boolean"),
    "cut_off": INSTANT,
    "issued_on": FieldType("date"),
    "packages": FieldType("list", item=PACKAGE),
    "extra": FieldType("any"),
}


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("weight_kg * pieces", "decimal"),
        ("pieces * 2", "integer"),
        ("pieces / 2", "decimal"),
        ("packages | map(attribute='kg') | sum", "decimal"),
        ("packages | sum(attribute='kg')", "decimal"),
        ("packages | map(attribute='mark') | first", "text"),
        ("packages[0].kg", "decimal"),
        ("(packages | first).mark", "text"),
        ("packages | length", "integer"),
        ("cut_off - cut_off", "duration"),
        ("cut_off - hours(2)", "datetime"),
        ("pieces if urgent else weight_kg", "decimal"),
        ("pieces if urgent else name", "any"),
        ("extra.anything > 3", "boolean"),
        ("_event.data.whatever", "any"),
        ("name[:4]", "text"),
        ("pieces | default(0)", "integer"),
        ("packages | average(attribute='kg')", "decimal"),
        ("packages | sum(attribute='pieces', weight='pieces')", "integer"),
        ("packages | sum(attribute='pieces', weight='kg')", "decimal"),
        ("(packages | sums(by='mark', attribute='pieces') | first).sum", "integer"),
        ("(packages | averages(by='mark', attribute='pieces') | first).average", "decimal"),
        ("(packages | averages(by='mark', attribute='kg') | first).group", "text"),
    ],
)
def test_the_type_is_known_without_running(source: str, kind: str) -> None:
    assert compile_expression(source, NAMES).type.kind == kind


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("wieght_kg > 3", "unknown name wieght_kg, did you mean weight_kg?"),
        ("packages[0].kgs", r"unknown name packages\[0\].kgs, did you mean kg?"),
        ("packages | sum(attribute='kgs')", r"unknown name packages.kgs, did you mean kg?"),
        ("packages | selectattr('kgs', 'gt', 1)", r"unknown name packages.kgs, did you mean kg?"),
        ("packages | map(attribute='kg') | first > name", "cannot order decimal and text"),
        ("_event.nmae", "unknown name _event.nmae, did you mean name?"),
        ("name > 3", "cannot order text and integer"),
        ("urgent > urgent", "cannot order boolean and boolean"),
        ("name == 3", "text never equals integer"),
        ("pieces in ['a']", "integer never equals text"),
        ("name + 1", r"cannot compute text \+ integer"),
        ("cut_off > issued_on", "cannot order datetime and date"),
        ("name.first", "text has no fields"),
        ("pieces | upper", "pieces is integer, upper takes text"),
        ("weight_kg is gt('x')", "cannot order decimal and text"),
        ("hours(name)", "name is text, expected integer or decimal"),
        ("packages | average", "average takes numbers, not record"),
        ("packages | sum(attribute='kg', weight='mark')", "packages: sum takes numbers, not text"),
        ("packages | averages(by='makr', attribute='kg')", "unknown name packages.makr, did you mean mark"),
        ("packages['kg']", "the position in a list is an integer"),
    ],
)
def test_what_cannot_work_is_found_without_running(source: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        compile_expression(source, NAMES)


def test_every_fault_is_told() -> None:
    with pytest.raises(ExpressionError, match="unknown name a; unknown name b"):
        compile_expression("a + b", {})


def test_a_declared_field_that_is_absent_is_not_filled() -> None:
    assert compile_expression("name is none", NAMES).holds({})
