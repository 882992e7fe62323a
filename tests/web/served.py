"""The application as it is served: a process of its own, over a database and a folder, with a log and a mail server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

from httpx2 import Client, TransportError

from cases.access import make_token
from cases.record.database import engine, transaction
from config import clock
from config.settings import Settings
from tests.cast import CHEAP
from tests.conftest import ROOT
from tests.databases import free_port
from tests.web.visitors import Browser, person, signed_in

PATIENCE = 60.0


class Served:
    """A server while it is entered; `settings` is what it runs with, `log` where all it says goes."""

    def __init__(self, url: str, folder: Path, build: str = "sound", **settings: Any) -> None:
        self.engine, self.log, self.build = engine(url), folder / "log", build
        self.address = f"http://127.0.0.1:{free_port()}"
        self.settings = Settings(
            database=url,
            files=folder / "files",
            password_memory=CHEAP.memory,
            password_passes=CHEAP.passes,
            submissions_an_hour=10**6,
            public_url=self.address,
            quiet_from="00:00",
            quiet_until="00:00",  # whenever the tests run, mail goes out
            **settings,
        )
        self.clients: list[Client] = []

    def __enter__(self) -> Self:
        port = self.address.rpartition(":")[2]
        command = [sys.executable, "-m", "tests.web.build", self.build, "serve", "--port", port]
        environment = {**os.environ, **self.settings.as_environment()}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *problem: object) -> None:
        for client in self.clients:
            client.close()
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def client(self, **headers: str) -> Client:
        """Return somebody whom nobody knows."""
        client = Client(base_url=self.address, headers=headers, timeout=PATIENCE, verify=False)  # no TLS to verify
        self.clients.append(client)
        return client

    def program(self, login: str) -> Client:
        """Return a program that acts as a person."""
        with transaction(self.engine) as db:
            token = make_token(db, person(db, login), "write", clock.now())
        return self.client(authorization=f"Bearer {token}")

    def browser(self, login: str) -> Browser:
        """Return a browser in which a person has signed in."""
        return signed_in(self.client(), login)

    def _wait(self) -> None:
        until, client = time.monotonic() + PATIENCE, self.client()
        while True:
            assert time.monotonic() < until and self.process.poll() is None, self.log.read_text()
            try:
                client.get("/healthz").raise_for_status()
                return
            except TransportError:
                time.sleep(0.05)
