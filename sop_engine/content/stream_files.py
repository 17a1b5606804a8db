"""The streams of a site, one file each, read with the lines of their faults."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pydantic import ValidationError

from sop_engine.cases.written.shape import faults_of
from sop_engine.cases.written.stream import StreamSpec, stream_faults
from sop_engine.content.register_files import told, written_out
from sop_engine.content.shared.parts import Parts
from sop_engine.content.yaml_files import YamlFault, read_noting

STREAMS = "streams"
"""Their folder."""
_KEYS = tuple(field.alias or name for name, field in StreamSpec.model_fields.items())


def read_streams(
    root: Path, parts: Parts, roles: Collection[str] | None, faults: list[YamlFault]
) -> dict[str, StreamSpec]:
    """The streams by name. Adds every fault found. `roles` are those of the organisation; none where it cannot be
    read."""
    streams: dict[str, StreamSpec] = {}
    for path in sorted((root / STREAMS).glob("*.yaml")):
        written = read_noting(path, faults)
        if written is None:
            continue
        file = written_out(written, parts, faults)
        try:
            spec = StreamSpec.model_validate(file.value)
        except ValidationError as error:
            faults += [file.fault(found.path, told(found.path, found.message, _KEYS)) for found in faults_of(error, ())]
            continue
        faults += [file.fault(place, message) for place, message in stream_faults(spec, roles)]
        if f"{spec.name}.yaml" != file.name:
            faults.append(file.fault(("stream",), f"the file of this stream is called {spec.name}.yaml"))
        streams[spec.name] = spec
    return streams
