"""Sets up .venv and starts Bihuan: `python3 start.py`, `python3 start.py test`, or any word of `bihuan`."""

import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig

OLDEST = (3, 11)


def refusal(version: "tuple[int, ...]") -> str:
    """Says in two languages that this Python is too old, or nothing when it is not."""
    if version[:2] >= OLDEST:
        return ""
    return (
        "闭环需要 Python {0}.{1} 或更新的版本，这里是 {2}.{3}；请安装后重新运行：python{0}.{1} start.py\n"
        "Bihuan needs Python {0}.{1} or newer, this is {2}.{3}; install it and run: python{0}.{1} start.py"
    ).format(*OLDEST, *version[:2])


# Before everything that an older Python would stumble over, so that it hears the sentence and sees no traceback.
if refusal(sys.version_info[:2]):
    sys.exit(refusal(sys.version_info[:2]))

ROOT = os.path.dirname(os.path.realpath(__file__))
VENV = os.path.join(ROOT, ".venv")
IS_WINDOWS = os.name == "nt"
RUNTIME, TEST = "requirements.lock", "requirements-test.lock"
STAMP = os.path.join(VENV, "set-up.json")  # what was installed; the second run reads only this
UNFINISHED = os.path.join(VENV, "unfinished")  # there while a set-up runs; found later, it was interrupted
CHECKS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("mypy",),
    # Few workers, because each starts its own PostgreSQL and its own browser.
    ("pytest", "--numprocesses", "auto", "--maxprocesses", "4"),
)


class Failure(Exception):
    """A set-up that cannot go on; its text is for the person at the terminal."""


def main(words: list[str]) -> int:
    """Sets up what is missing, then tests, serves the demonstration, or passes the words on."""
    is_testing = words[:1] == ["test"]
    try:
        set_up(TEST if is_testing else RUNTIME)
        if is_testing:
            return test(words[1:])
        if not words:
            os.chdir(ROOT)  # the demonstration's database lies in the clone, wherever start.py was called from
        if "BIHUAN_KEY" not in os.environ:  # nothing is written outside the clone, nor is the key of what lies in it
            os.environ.setdefault("BIHUAN_KEY_FILE", os.path.join(ROOT, "keys", "bihuan.key"))
        return hand_over([tool("bihuan"), *(words or ["demo"])])
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def set_up(lock: str) -> None:
    """Brings .venv to what the lock says, starting afresh where an earlier set-up was interrupted."""
    stamp = read_stamp()
    wanted = wanted_stamp(lock)
    if wanted.items() <= stamp.items() and is_whole():
        return
    is_old_one_kept = stamp.get("place", wanted["place"]) == wanted["place"] and is_whole()
    if not is_old_one_kept:
        begin_afresh()
    open(UNFINISHED, "w").close()
    try:
        if not is_old_one_kept:
            make_environment()
        install(lock)
    except Failure:
        # pip has tidied up after itself; an environment that worked before still does, network or not.
        if is_old_one_kept:
            os.remove(UNFINISHED)
        raise
    except KeyboardInterrupt:
        tell("已中断；再运行一次即可", "interrupted; run it once more to set up again")
        raise
    write_stamp({**stamp, **wanted} if is_old_one_kept else wanted)
    os.remove(UNFINISHED)


def read_stamp() -> dict[str, str]:
    """Reads what an earlier set-up installed; nothing where there was none."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            return dict(json.load(file))
    except (OSError, ValueError):
        return {}


def write_stamp(stamp: dict[str, str]) -> None:
    """Writes the stamp whole or not at all."""
    with open(STAMP + ".new", "w", encoding="utf-8") as file:
        json.dump(stamp, file)
    os.replace(STAMP + ".new", STAMP)


def wanted_stamp(lock: str) -> dict[str, str]:
    """Digests all that an environment depends on: this Python, this place, the lock and pyproject.toml.

    The place is in it because the scripts of an environment hold its path; a clone that moved needs a new one.
    The test lock holds the runtime lock, so a set-up for tests is one for both.
    """
    place = f"{ROOT} {sys.platform} {sys.version_info[0]}.{sys.version_info[1]}".encode("utf-8", "surrogateescape")
    stamp = {"place": hashlib.sha256(place).hexdigest()}
    for name in {RUNTIME, lock}:
        content = b""
        for path in (name, "pyproject.toml"):
            with open(os.path.join(ROOT, path), "rb") as file:
                content += file.read()
        stamp[name] = hashlib.sha256(content).hexdigest()
    return stamp


def is_whole() -> bool:
    """Tells whether .venv has a Python of this version and no interrupted set-up behind it."""
    if os.path.exists(UNFINISHED) or not os.path.exists(tool("python")):
        return False
    if os.path.exists(STAMP):
        return os.path.exists(tool("bihuan"))
    # Somebody made it by hand: ask it, since there is no stamp to ask.
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = run([tool("python"), "-c", ask])
    return answer.returncode == 0 and answer.stdout.strip() == f"{sys.version_info[0]}.{sys.version_info[1]}"


def begin_afresh() -> None:
    """Empties .venv and marks it unfinished before anything else is in it."""
    if os.path.islink(VENV) or os.path.isfile(VENV):
        os.remove(VENV)
    shutil.rmtree(VENV, ignore_errors=True)
    os.makedirs(VENV, exist_ok=True)
    open(UNFINISHED, "w").close()


def make_environment() -> None:
    """Makes .venv, without a pip of its own where this Python cannot put one there."""
    tell("正在创建 .venv", "creating .venv")
    if run([sys.executable, "-m", "venv", VENV]).returncode == 0:
        return
    # Debian without python3-venv stops here and leaves half an environment, in which pip would skip files.
    begin_afresh()
    if run([sys.executable, "-m", "venv", "--without-pip", VENV]).returncode != 0:
        raise Failure(
            "无法创建虚拟环境：请安装 Python 的 venv 模块（Debian：apt install python3-venv）后重试\n"
            "Cannot create a virtual environment: install Python's venv module (Debian: apt install python3-venv)"
        )


def install(lock: str) -> None:
    """Installs the lock, every file checked against its hash, and then this project as it lies here."""
    command = installer()
    tell("正在安装锁定的依赖，约一分钟", "installing the locked packages, about a minute")
    install_with(command, "--require-hashes", "--requirement", os.path.join(ROOT, lock))
    tell("正在安装闭环", "installing Bihuan itself")
    install_with(command, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    if not os.path.exists(tool("bihuan")):
        raise Failure("安装后没有找到 bihuan 命令\nThe installation left no command bihuan")


def installer() -> list[str]:
    """Finds a pip for .venv: its own, the one of this Python, the wheel that the system keeps, or uv."""
    python = tool("python")
    kept = sysconfig.get_config_var("WHEEL_PKG_DIR") or "/usr/share/python-wheels"
    wheels = sorted(glob.glob(os.path.join(kept, "pip-*.whl")), reverse=True)
    pips = [
        [python, "-m", "pip"],
        [sys.executable, "-m", "pip", "--python", python],
        *([python, os.path.join(wheel, "pip")] for wheel in wheels),
    ]
    for pip in pips:
        if run([*pip, "--version"]).returncode == 0:
            return [*pip, "install"]
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", python]
    raise Failure(
        "没有找到 pip：请安装 python3-venv 或 python3-pip（Debian：apt install python3-venv）后重试\n"
        "There is no pip: install python3-venv or python3-pip (Debian: apt install python3-venv) and run it again"
    )


def install_with(command: list[str], *arguments: str) -> None:
    """Runs an installer that is silent unless it fails."""
    answer = run([*command, "--quiet", *arguments])
    if answer.returncode != 0:
        raise Failure(
            f"{answer.stdout}\n"
            "安装失败：请检查网络（较慢时可设置 pip 的镜像，例如环境变量 PIP_INDEX_URL），然后再运行一次\n"
            "The installation failed: check the network (pip's mirror settings are honoured), then run it again"
        )


def run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    """Runs a step of the set-up and keeps what it says."""
    scratch = os.path.join(VENV, "tmp")  # pip unpacks here: nothing is written outside the clone
    os.makedirs(scratch, exist_ok=True)
    environment = {
        **os.environ,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_USER": "0",  # somebody's `user = true` contradicts an environment
        "PYTHONIOENCODING": "utf-8",
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), scratch),
    }
    # A cache lies in the home directory; only those who name one themselves get one.
    if "PIP_CACHE_DIR" not in environment:
        environment["PIP_NO_CACHE_DIR"] = "1"
    if "UV_CACHE_DIR" not in environment:
        environment["UV_NO_CACHE"] = "1"
    if "PIP_INDEX_URL" in environment:
        environment.setdefault("UV_DEFAULT_INDEX", environment["PIP_INDEX_URL"])
    try:
        return subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, str(error))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def test(words: list[str]) -> int:
    """Runs every check to its end, pytest last so that its list of skipped tests is what one sees; words go to it."""
    failed = []
    for check in CHECKS:
        tell("正在运行 " + " ".join(check), "running")
        command = [tool(check[0]), *check[1:], *(words if check[0] == "pytest" else [])]
        if subprocess.call(command, cwd=ROOT) != 0:
            failed.append(" ".join(check[:2]))
    if failed:
        tell("未通过：" + "、".join(failed), "failed: " + ", ".join(failed))
        return 1
    tell("全部通过；跳过的测试及原因见上", "all passed; what was skipped, and why, stands above")
    return 0


def hand_over(command: list[str]) -> int:
    """Becomes the command where the system can, and otherwise waits for it."""
    sys.stdout.flush()
    if not IS_WINDOWS:
        os.execv(command[0], command)
    return subprocess.call(command)


def tool(name: str) -> str:
    """Names a program of .venv."""
    return os.path.join(VENV, "Scripts", name + ".exe") if IS_WINDOWS else os.path.join(VENV, "bin", name)


def tell(chinese: str, english: str) -> None:
    """Shows one line of progress, on stderr because stdout belongs to the rows of the command."""
    print(f"· {chinese} / {english}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
