"""One warm parent for all tests of a worker, and kernels of either kind."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager, KernelManager
from nbclient import NotebookClient

from bitstockerz_lab.batch import warm
from bitstockerz_lab.batch.warm.place import supported
from bitstockerz_lab.batch.warm.preload import USUAL
from bitstockerz_lab.batch.warm.process import WarmProcess

if not supported():
    pytest.skip("warm kernels need Linux", allow_module_level=True)


def manager(*, is_warm):
    """A kernel manager of this interpreter, asking for a warm or a cold kernel."""
    made = KernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    choose(made, is_warm=is_warm)
    return made


def choose(made, *, is_warm):
    """Have a manager ask for a warm or a cold kernel, and be quick to give up on a deaf one."""
    name = warm.PROVISIONER if is_warm else "local-provisioner"
    made.kernel_spec.metadata["kernel_provisioner"] = {"provisioner_name": name}
    made.shutdown_wait_time = 2.0


@contextmanager
def kernel(address, **options):
    """A running kernel and its client; warm where there is an address."""
    environment = options.pop("env", dict(os.environ))
    if address is not None:
        environment = {**environment, warm.ADDRESS: address}
    made = manager(is_warm=address is not None)
    made.start_kernel(env=environment, **options)
    client = made.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield made, client
    finally:
        client.stop_channels()
        if made.has_kernel:
            made.shutdown_kernel()


def is_warm(made):
    return isinstance(made.provisioner.process, WarmProcess)


def said(client, code, timeout=60):
    """What a kernel prints when it runs some code; an error in it fails the test."""
    told = []

    def hear(message):
        if message["msg_type"] == "stream":
            told.append(message["content"]["text"])

    reply = client.execute_interactive(code, timeout=timeout, output_hook=hear)
    assert reply["content"]["status"] == "ok", reply["content"]
    return "".join(told).strip()


def run_notebook(notebook, address, folder, env, *, limit=300, **options):
    """Execute a notebook in place, warm where there is an address; `limit`: seconds a cell."""
    warmth = []

    class Manager(AsyncKernelManager):
        def __init__(self, **settings):
            specifications = KernelSpecManager(kernel_dirs=[])
            super().__init__(**settings, kernel_spec_manager=specifications)
            choose(self, is_warm=address is not None)

        async def start_kernel(self, **settings):
            await super().start_kernel(**settings)
            warmth.append(is_warm(self))

    client = NotebookClient(notebook, kernel_manager_class=Manager, timeout=limit, **options)
    client.execute(env={**env, warm.ADDRESS: address or ""}, cwd=str(folder))
    assert warmth == [address is not None]


@pytest.fixture(scope="session")
def parent():
    """The address of a warm parent with what the usual notebooks import, and matplotlib."""
    with warm.parent([*USUAL, "matplotlib.pyplot"]) as address:
        assert address is not None
        yield address


@pytest.fixture
def helper(tmp_path, monkeypatch):
    """A module of one's own that a new parent can import: write_helper(source) -> its path."""

    def write(source, name="own_helper"):
        path = tmp_path / "modules" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(path.parent), *sys.path]))
        return path

    return write
