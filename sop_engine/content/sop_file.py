"""One SOP as it is written: its definition, the text and where everything in it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.shape import split_states
from sop_engine.content.yaml_files import YamlFault, YamlFile


@dataclass(frozen=True, repr=False)
class SopFile:
    """One SOP as written, with its text's hash. It is not written out: shared parts would be, again and again."""

    file: YamlFile
    definition: SopDefinition
    content_hash: str
    text: str
    child_sops: tuple[str, ...]
    used: frozenset[tuple[str, ...]] = frozenset()
    """The shared parts written out in it: `field`, `type` or `fragment`, with its name."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Field -> why it says something else than its namesakes in other procedures."""
    inner: tuple[SopFile, ...] = ()
    """The procedures that stand inside it."""
    outer: str | None = None
    """The SOP in whose file it stands, where that is another one."""
    given: frozenset[str] = frozenset()
    """The fields that it has from what that SOP gives it. Tested for membership only."""

    def with_definition(self, definition: SopDefinition, value: Any, content_hash: str, text: str) -> SopFile:
        """The same SOP with an earlier published text."""
        return replace(
            self,
            file=YamlFile(self.file.name, value, {}),
            definition=definition,
            content_hash=content_hash,
            text=text,
            child_sops=children_of(definition),
        )

    def within(self, outer: str) -> SopFile:
        """The same SOP, and those inside it, as it stands in the file of another one."""
        return replace(self, outer=outer, inner=tuple(each.within(outer) for each in self.inner))

    def and_inner(self) -> Iterator[SopFile]:
        """It, and every procedure inside it, however deep."""
        yield self
        for each in self.inner:
            yield from each.and_inner()

    def place(self, path: tuple[str | int, ...], message: str) -> YamlFault:
        return self.file.fault(path, message)

    def written_at(self, path: tuple[str | int, ...]) -> tuple[int, int]:
        """Line and column of the nearest node at or above a path in this file itself, whatever is shared there."""
        return self.file._replace(grafts={}).place(path)


def children_of(definition: SopDefinition) -> tuple[str, ...]:
    """The SOPs that a definition starts as children."""
    _, shapes, _ = split_states(definition.states)
    return tuple(dict.fromkeys(shape.child.sop for shape in shapes.values() if shape.child is not None))
