"""The rules of the house as functions: each reads one file's text and names what in it breaks the rule."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

# Imports go down only; config and workflow stand on the ground side by side, start.py beside the house.
FLOORS = {"start": 0, "config": 0, "workflow": 0, "cases": 1, "notifications": 2, "web": 3, "commands": 4, "bihuan": 5}
GUESTS = {"tests": 6}
# Where a package may be imported; a name that ends in / is a folder.
HOMES = {
    "transitions": ("workflow/machine.py",),
    "apscheduler": ("web/schedule.py",),
    "fastapi": ("web/", "tests/web/"),
    "starlette": ("web/", "tests/web/"),
}
READER_OF_THE_TIME = "config/clock.py"
TIME_READINGS = {
    *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
    "datetime.date.today",
    *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "asctime", "strftime")),
    *(f"{package}.func.{name}" for package in ("sqlalchemy", "sqlmodel") for name in ("now", "current_timestamp")),
}
# A change and its event are one transaction, so few places may end one.
COMMITTING = ("cases/record/database.py",)
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers", "base"}
# (file, word): a word that is also a state's name and means something else there, with the reason.
WORDS_THAT_ARE_NOT_STATES = {
    ("workflow/reading.py", "closed"): "the key of a law's [history], which itself names the state of closed imports",
}
DIRECTIVE = re.compile(r"#\s*(type:\s*ignore(\[[^\]]*\])?|noqa(:\s*[A-Z]+\d+([,\s]+[A-Z]+\d+)*)?)", re.IGNORECASE)
UNSEEN = {"node_modules", "build", "dist", "__pycache__"}


def python_files(root: Path) -> Iterator[tuple[str, str]]:
    """Yields the path and the text of every Python file of the repository."""
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).parts
        if not any(part.startswith(".") or part in UNSEEN for part in parts):
            yield "/".join(parts), path.read_text(encoding="utf-8")


def imports_going_up(path: str, source: str) -> list[str]:
    """Finds imports of our own that do not go down."""
    here = top(path)
    ranks = FLOORS | GUESTS
    return [
        f"{path}:{line}: {here} imports {name}"
        for line, name in imports(source)
        if (there := name.split(".")[0]) in ranks and here in ranks and there != here and ranks[there] >= ranks[here]
    ]


def packages_away_from_home(path: str, source: str) -> list[str]:
    """Finds packages that are imported outside the one place that may know them."""
    return [
        f"{path}:{line}: {name} belongs to {', '.join(homes)}"
        for line, name in imports(source)
        if (homes := HOMES.get(name.split(".")[0]))
        and not any(path == home or (home.endswith("/") and path.startswith(home)) for home in homes)
    ]


def readings_of_the_time(path: str, source: str) -> list[str]:
    """Finds readings of the clock, also as a reference and under another name."""
    if path == READER_OF_THE_TIME:
        return []
    tree = ast.parse(source)
    known = aliases(tree)
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute))
    return [f"{path}:{node.lineno}: {name}" for node in names if (name := dotted(node, known)) in TIME_READINGS]


def commits(path: str, source: str) -> list[str]:
    """Finds ends of transactions outside the named places; tests may play another node and commit."""
    if path in COMMITTING or top(path) in GUESTS:
        return []
    return [
        f"{path}:{node.lineno}: commit()"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]


def names_of_states(path: str, source: str, states: set[str]) -> list[str]:
    """Finds words in code that are the name of a state in a law."""
    if top(path) not in FLOORS:
        return []
    return [
        f"{path}:{node.lineno}: {node.value!r} is a state of a law"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value in states
        and (path, node.value) not in WORDS_THAT_ARE_NOT_STATES
    ]


def empty_names(path: str) -> list[str]:
    """Finds modules and folders whose name says nothing."""
    return [f"{path}: {part}" for part in PurePosixPath(path).with_suffix("").parts if part in EMPTY_NAMES]


def silences_without_reason(path: str, source: str) -> list[str]:
    """Finds comments that silence a checker and do not say why on their line."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and DIRECTIVE.search(token.string):
            rest = DIRECTIVE.sub("", token.string)
            if not re.search(r"[^\W\d_]{2}", rest):
                found.append(f"{path}:{token.start[0]}: {token.string}")
    return found


def imports(source: str) -> Iterator[tuple[int, str]]:
    """Yields line and name of every import, those by import_module("...") included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module
        elif isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if called in {"import_module", "__import__"} and isinstance(first, ast.Constant):
                yield node.lineno, str(first.value)


def aliases(tree: ast.AST) -> dict[str, str]:
    """Maps the names that a file gives to imported things to what they are."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.name if alias.asname else alias.name.split(".")[0]
                known[alias.asname or name] = name
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            known.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return known


def dotted(node: ast.AST, known: dict[str, str]) -> str:
    """Spells out what an expression such as dt.datetime.now is; nothing for others."""
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute) and (owner := dotted(node.value, known)):
        return f"{owner}.{node.attr}"
    return ""


def top(path: str) -> str:
    """Names the package or the top-level module that a path belongs to."""
    return path.split("/")[0].removesuffix(".py")
