"""The one place where a Temporal client is made: by profile, or for a known address.

A profile is Temporal's own: `temporal.toml` and the `TEMPORAL_*` variables, as the `temporal` command reads them.
"""

from datetime import timedelta
from typing import ClassVar

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.basis.faults import InvalidInput, SopError
from sop_engine.temporal.plugin import sop_plugin

DEFAULT_ADDRESS = "localhost:7233"
CONNECT_TIMEOUT = timedelta(seconds=5)


class UnreachableError(SopError):
    """Temporal does not answer, or no worker does."""

    kind = "Unreachable"
    exit_code: ClassVar[int] = 4


async def connect(profile: str | None = None, runtime: Runtime | None = None) -> Client:
    """A client for a profile; `default`, or `TEMPORAL_PROFILE`, when none is named. A runtime may measure it.

    Raises `InvalidInput` for a profile that is unknown or misspelt anywhere in the file and for a namespace that the
    server does not have, `UnreachableError` when the server does not answer within five seconds.
    """
    options = _read_profile(profile)
    options.setdefault("target_host", DEFAULT_ADDRESS)
    client = await _open(options, runtime)
    await _require_namespace(client)
    return client


def namespace_of(profile: str | None = None) -> str:
    """The namespace a profile names. Raises `InvalidInput` as `connect` does."""
    return _read_profile(profile).get("namespace") or "default"


async def connect_to(address: str, namespace: str = "default", runtime: Runtime | None = None) -> Client:
    """A client for a server whose address is known, such as an embedded one. Raises `UnreachableError`."""
    return await _open({"target_host": address, "namespace": namespace}, runtime)


async def _open(options: ClientConnectConfig, runtime: Runtime | None) -> Client:
    try:
        return await Client.connect(**options, plugins=[sop_plugin()], connect_timeout=CONNECT_TIMEOUT, runtime=runtime)
    except RuntimeError as error:
        # A refused connection needs no more words; a certificate or a key that does not fit does.
        reason = "" if "refused" in str(error) else f": {error}"
        raise UnreachableError(f"Temporal does not answer at {options.get('target_host')}{reason}") from None


async def _require_namespace(client: Client) -> None:
    """A namespace that is missing looks like a case that is missing to whoever asks for a case."""
    try:
        await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=client.namespace), timeout=CONNECT_TIMEOUT
        )
    except RPCError as error:
        # Whoever may work in a namespace need not be allowed to look at it: only its absence is judged.
        if error.status is not RPCStatusCode.NOT_FOUND:
            return
        address = client.service_client.config.target_host
        raise InvalidInput(
            f"Temporal at {address} has no namespace {client.namespace!r}; choose another profile, or create it with\n"
            f"temporal operator namespace create --namespace {client.namespace} --address {address}"
        ) from None


def _read_profile(profile: str | None) -> ClientConnectConfig:
    try:
        # Without strict reading a misspelt key silently gives an empty profile.
        return ClientConfig.load_client_connect_config(profile, config_file_strict=True)
    except RuntimeError as error:
        raise InvalidInput(f"The connection profile cannot be used: {error}") from None
