"""start.py as users meet it: any Python, a second run, an interrupted set-up, a word passed on."""

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-ins for installed programs are shell scripts")
NEEDED = ("start.py", "pyproject.toml", "requirements.lock", "requirements-test.lock")
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}
STAND_IN = '#!/bin/sh\necho "bihuan $*"\nexit 7\n'


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Gives a clone in which nothing is set up."""
    for name in NEEDED:
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def start(clone: Path) -> ModuleType:
    """Gives start.py of that clone as a module."""
    spec = importlib.util.spec_from_file_location("start_of_a_clone", clone / "start.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def ready_clone(clone: Path, start: ModuleType) -> Path:
    """Gives a clone whose .venv is set up, with a stand-in for the command bihuan."""
    programs = clone / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (clone / ".venv" / "pyvenv.cfg").write_text(f"home = {Path(sys.base_prefix) / 'bin'}\n")
    (programs / "bihuan").write_text(STAND_IN)
    (programs / "bihuan").chmod(0o755)
    start.write_stamp(start.wanted_stamp("requirements-test.lock"))
    return clone


def call(clone: Path, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, clone / "start.py", *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_older_python_is_refused_in_two_languages(start: ModuleType) -> None:
    assert "需要 Python 3.11 或更新的版本，这里是 3.8" in start.refusal((3, 8))
    assert "needs Python 3.11 or newer, this is 3.8" in start.refusal((3, 8))
    assert start.refusal((3, 11)) == "" == start.refusal((4, 0))


def test_an_older_python_can_at_least_read_what_refuses_it() -> None:
    source = (ROOT / "start.py").read_text(encoding="utf-8")
    # Down to the refusal every line must run on an old Python; below it, it must parse.
    ast.parse(source, feature_version=(3, 6))


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse((ROOT / "start.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert names <= set(sys.stdlib_module_names)


def test_the_lock_of_the_tests_holds_the_lock_of_the_runtime() -> None:
    pins = [re.findall(r"^\S+==\S+", (ROOT / name).read_text(), re.MULTILINE) for name in NEEDED[2:]]
    assert set(pins[0]) <= set(pins[1])


def test_any_word_is_passed_on_with_its_exit_status(ready_clone: Path) -> None:
    answer = call(ready_clone, "overdue", "--at", "2026-11-20")
    assert (answer.stdout, answer.returncode) == ("bihuan overdue --at 2026-11-20\n", 7)


def test_without_a_word_it_serves_the_demonstration(ready_clone: Path) -> None:
    assert call(ready_clone).stdout == "bihuan demo\n"


def test_a_second_run_sets_nothing_up_and_says_nothing(ready_clone: Path) -> None:
    begun = time.monotonic()
    answer = call(ready_clone, "demo")
    assert answer.stderr == ""
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_file_asks_for_a_new_set_up(ready_clone: Path, start: ModuleType, name: str) -> None:
    with (ready_clone / name).open("a") as file:
        file.write("\n# changed\n")
    assert start.wanted_stamp("requirements.lock").items() - start.read_stamp().items()


def test_a_clone_that_moved_is_set_up_afresh(ready_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    moved = tmp_path_factory.mktemp("moved") / "clone"
    shutil.copytree(ready_clone, moved, symlinks=True)
    answer = call(moved, "demo", **OFFLINE)
    assert "creating .venv" in answer.stderr


def test_an_interrupted_set_up_is_begun_afresh_and_a_failed_one_says_what_to_do(ready_clone: Path) -> None:
    (ready_clone / ".venv" / "unfinished").touch()
    (ready_clone / ".venv" / "half-installed").touch()
    answer = call(ready_clone, "demo", **OFFLINE)
    assert answer.returncode == 1
    assert "请检查网络" in answer.stderr and "check the network" in answer.stderr
    assert not (ready_clone / ".venv" / "half-installed").exists()
    assert (ready_clone / ".venv" / "unfinished").exists()


def test_an_environment_that_worked_survives_an_update_that_fails(ready_clone: Path, start: ModuleType) -> None:
    stamp = start.read_stamp()
    with (ready_clone / "requirements.lock").open("a") as file:
        file.write(f"\nno-such-package==1 --hash=sha256:{'0' * 64}\n")
    answer = call(ready_clone, "demo", **OFFLINE)
    assert answer.returncode == 1
    assert start.read_stamp() == stamp and start.is_whole()


def test_without_ensurepip_the_half_environment_is_removed_and_one_without_pip_made(
    clone: Path, start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start.run

    def debian_without_python3_venv(command: list[str]) -> "subprocess.CompletedProcess[str]":
        if command[1:3] == ["-m", "venv"] and "--without-pip" not in command:
            (clone / ".venv" / "half-made").touch()
            return subprocess.CompletedProcess(command, 1, "ensurepip is not available")
        answer: subprocess.CompletedProcess[str] = run(command)
        return answer

    monkeypatch.setattr(start, "run", debian_without_python3_venv)
    start.begin_afresh()
    start.make_environment()
    assert (clone / ".venv" / "bin" / "python").exists()
    assert not (clone / ".venv" / "half-made").exists()
    assert (clone / ".venv" / "unfinished").exists()


def test_where_there_is_no_pip_at_all_it_names_what_to_install(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "run", lambda command: subprocess.CompletedProcess(command, 1, "No module named pip"))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(start.Failure, match="python3-venv"):
        start.installer()


def test_uv_installs_where_there_is_no_pip(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "run", lambda command: subprocess.CompletedProcess(command, 1, "No module named pip"))
    monkeypatch.setattr(shutil, "which", lambda name: f"/somewhere/{name}")
    assert start.installer() == ["/somewhere/uv", "pip", "install", "--python", start.tool("python")]
