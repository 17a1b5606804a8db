"""Settings of one installation, read once at the edge and handed inward as values.

The connection to Temporal is not here: it is a profile of Temporal's own configuration file (`temporalio.envconfig`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sop_engine.basis.faults import Fault, FaultyError

PREFIX = "SOP_"
CONTENT_FILES = ("organization_file", "parameters_file", "schedules_file", "retention_file")
"""What a site may put in place of a packaged file; whoever reads the content takes them by these names."""


class SettingsError(FaultyError):
    """Environment variables that cannot be used, each with what is wrong."""


class Settings(BaseModel):
    """What an installation may choose. Each field is the environment variable `SOP_<FIELD>`."""

    model_config = ConfigDict(frozen=True, validate_default=True)

    data_directory: Path = Path(".sop")
    """Where the embedded server, the records (by default) and the error log live."""
    database_url: str = Field(default_factory=lambda values: f"sqlite:///{values['data_directory'] / 'records.db'}")
    """The records' database: SQLite or PostgreSQL."""
    organization_file: Path | None = None
    """Name, bank accounts, roles and people of this firm; the packaged example when absent."""
    parameters_file: Path | None = None
    """This site's figures in place of the SOPs' defaults."""
    schedules_file: Path | None = None
    """This firm's recurring duties; the packaged ones when absent. They do something once they were applied."""
    retention_file: Path | None = None
    """How long this firm keeps files, and who may dispose of them; the packaged rules when absent."""
    tables_folder: Path | None = None
    """This firm's own rates of exchange, tariff lines, free time and places; see `sop table check`."""
    files: Path | None = None
    """A folder for the content of files, shared by all workers; the records have it when absent."""
    largest_file: int = Field(default=100_000_000, ge=1)
    """Bytes of the largest file that is taken."""
    identity: Literal["named", "signed"] = "named"
    """Of a worker: whether it believes the names of those who act, or asks for a proof by their key."""
    identity_key: Path | None = None
    """Of a command: the file with the private key of the one who acts."""
    smtp_host: str | None = None
    """Mail is only kept in the records while this is absent."""
    smtp_port: int = Field(default=25, ge=1, le=65_535)
    """The mail server's port."""
    smtp_from: str = "sop@localhost"
    """The address that mail comes from."""
    ui_url: str = "http://127.0.0.1:8233"
    """Where operators open the Temporal Web UI; links are made from it."""
    task_queue: str = Field(default="sop", min_length=1)
    """Where workers and commands meet."""
    metrics_address: str | None = Field(default=None, pattern=r"^[^:]+:\d{1,5}$")
    """HOST:PORT at which a worker gives its metrics to Prometheus; `sop dev` gives them without it too."""
    language: Literal["en", "zh"] = "en"
    """Language of titles and labels, where `--lang` is not given."""
    channel_settings: dict[str, str] = Field(default={}, repr=False)
    """Every other `SOP_…` by its name: what `channels.yaml` names, addresses and keys of gateways."""
    continue_after: int = Field(default=1_000, ge=1)
    """Updates after which a case goes on in a new run."""

    def moved_to(self, data_directory: Path) -> Self:
        """The same choices for another data directory; the default database moves along."""
        chosen = self.model_dump(include=self.model_fields_set)
        return type(self).model_validate({**chosen, "data_directory": data_directory})

    def content_files(self) -> dict[str, Path | None]:
        """This site's own files of content, by the names under which they are read."""
        return {name: getattr(self, name) for name in CONTENT_FILES}

    @field_validator("data_directory", "tables_folder", "files", "identity_key", *CONTENT_FILES)
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path and path.expanduser().absolute()

    @field_validator("ui_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings in an environment; an empty variable counts as absent. Raises `SettingsError` with every fault."""
    values: dict[str, Any] = {name: environ.get(PREFIX + name.upper(), "") for name in Settings.model_fields}
    own = {PREFIX + name.upper() for name in Settings.model_fields}
    values["channel_settings"] = {
        name: value for name, value in environ.items() if name.startswith(PREFIX) and name not in own and value
    }
    try:
        return Settings.model_validate({name: value for name, value in values.items() if value})
    except ValidationError as error:
        faults = (Fault(PREFIX + str(fault["loc"][0]).upper(), fault["msg"]) for fault in error.errors())
        raise SettingsError(faults) from None
