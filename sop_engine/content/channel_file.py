"""`channels.yaml`: the ways out of a site, with the lines of its faults."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.written.channels import ChannelSpec, faults_of_channels
from sop_engine.cases.written.shape import faults_of
from sop_engine.content.yaml_files import YamlFault, YamlFile, read_noting

CHANNELS = "channels.yaml"
_KEYS = tuple(ChannelSpec.model_fields)
_UNKNOWN = "Extra inputs are not permitted"


class ChannelFile(NamedTuple):
    """What the file says; no channel where a site has none, and whatever waits for one fails aloud."""

    file: YamlFile
    channels: Mapping[str, ChannelSpec]

    def faults(self, calendars: Collection[str], outcomes: Mapping[str, Collection[str]]) -> list[YamlFault]:
        """What the channels name and there is not."""
        return [self.file.fault(path, what) for path, what in faults_of_channels(self.channels, calendars, outcomes)]


NOTHING = ChannelFile(YamlFile(CHANNELS, None, {}), {})


def read_channels(path: Path, faults: list[YamlFault]) -> ChannelFile:
    """Reads its shape; what it names is looked at by lint. Adds every fault found."""
    file = read_noting(path, faults) if path.exists() else None
    if file is None:
        return NOTHING
    if not isinstance(file.value, Mapping):
        faults.append(file.fault((), "is a mapping of channels by name"))
        return NOTHING
    channels = {}
    for name, written in file.value.items():
        try:
            channels[str(name)] = ChannelSpec.model_validate(written)
        except ValidationError as error:
            for found in faults_of(error, (name,)):
                is_unknown = found.message == _UNKNOWN
                what = f"unknown key{suggestion(str(found.path[-1]), _KEYS)}" if is_unknown else found.message
                faults.append(file.fault(found.path, what))
    return ChannelFile(file, channels)
