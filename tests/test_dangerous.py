"""What the program never does, read from its source: run text as code, trust to chance, use broken ciphers.

Each line of docs/asvs.md that rests on something that is not there rests on a test of this file.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("cases", "commands", "config", "notifications", "web", "workflow")
SOURCES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for floor in FLOORS
    for path in sorted((ROOT / floor).rglob("*.py"))
}
#: What runs text or bytes as code or as a command, or makes objects of them.
RUNS = frozenset({"eval", "exec", "compile", "__import__", "system", "popen", "from_string", "literal_eval"})
#: Packages that would, or that speak to a kind of server that is not there.
PACKAGES = frozenset({"pickle", "marshal", "shelve", "yaml", "ldap3", "ldap", "pymemcache", "memcache", "lxml", "jwt"})
#: Digests that can be forged, and a way of enciphering that shows patterns.
WEAK = frozenset({"md5", "sha1", "ECB", "DES", "TripleDES", "ARC4", "PKCS1v15"})
#: Places where a list of the public is looked up by its own digest, and where a demonstration is made up.
#: Names of tables and columns, and marks for values.
STATEMENTS = {"cases/indexing.py": {"those", "more"}, "cases/record/bulk.py": {"table", "names", "marks"}}
#: How long to wait between two tries: nothing is secret there.
CHANCE = ["notifications/claims.py", "notifications/delivering.py", "notifications/retrying.py"]
LEAKED, MADE_UP = "cases/leaked_passwords.py", "commands/demonstration/"


def called(source: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield what a source calls: bare names, and the last name of others but for `re.compile`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, node
            elif isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) not in ("re", "db", "self"):
                yield node.func.attr, node


def imported(source: str) -> set[str]:
    """Return the packages that a source imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def runs_text(source: str) -> list[str]:
    """Return where a source runs text; sessions and statements have methods of their own, `exec` and `compile`."""
    return [
        ast.unparse(call)
        for name, call in called(source)
        if (name in RUNS and (name not in ("exec", "compile") or isinstance(call.func, ast.Name)))
        or any(one.arg == "shell" for one in call.keywords)
    ]


def put_together(source: str) -> list[str]:
    """Return what stands in statements of SQL that are no constants: names of the program's own, never values."""
    return [
        ast.unparse(part.value)
        for name, call in called(source)
        if name in ("text", "exec_driver_sql") and call.args and isinstance(call.args[0], ast.JoinedStr)
        for part in call.args[0].values
        if isinstance(part, ast.FormattedValue) and ast.unparse(part.value).rpartition("_")[2] != "LOCK"
    ]


def test_no_text_is_run_as_code_or_as_a_command_or_made_an_object() -> None:
    assert {path: found for path, source in SOURCES.items() if (found := runs_text(source))} == {}
    assert {path: names for path, source in SOURCES.items() if (names := imported(source) & PACKAGES)} == {}


def test_statements_are_constants_but_for_tables_and_marks_in_two_places() -> None:
    below = {
        path: found
        for path, source in SOURCES.items()
        if not path.startswith("web") and (found := put_together(source))
    }
    assert {path: set(found) for path, found in below.items()} == STATEMENTS


def test_the_only_other_program_that_is_started_is_our_own() -> None:
    assert [path for path, source in SOURCES.items() if "subprocess" in imported(source)] == ["web/postman.py"]


def test_no_digest_can_be_forged_and_no_cipher_shows_patterns() -> None:
    named = {
        path: words
        for path, source in SOURCES.items()
        if (words := {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)} & WEAK)
    }
    assert named == {LEAKED: {"sha1"}}
    assert "usedforsecurity=False" in SOURCES[LEAKED]


def test_what_must_not_be_guessed_is_never_left_to_the_wrong_kind_of_chance() -> None:
    by_chance = [path for path, source in SOURCES.items() if "random" in imported(source)]
    assert [path for path in by_chance if not path.startswith(MADE_UP)] == CHANCE


@pytest.mark.parametrize(
    "source",
    [
        "eval(word)",
        "exec(word)",
        "os.system(word)",
        "subprocess.run(word, shell=True)",
        "environment.from_string(word)",
    ],
)
def test_it_is_found_where_it_is(source: str) -> None:
    assert runs_text(source)
    assert put_together('text(f"SELECT {word}")') and not put_together('text("SELECT 1")')


def test_scripts_write_nothing_into_a_page_but_text_and_keep_nothing() -> None:
    scripts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "web" / "static").glob("*.js")}
    assert scripts
    for name, script in scripts.items():
        for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "localStorage",
                     "sessionStorage", "indexedDB", "postMessage", "document.cookie", "new Function"):  # fmt: skip
            assert word not in script, f"{name}: {word}"


def test_no_template_switches_escaping_off_or_fetches_anything_from_elsewhere() -> None:
    for path in sorted((ROOT / "web" / "templates").glob("*.html")):
        page = path.read_text(encoding="utf-8")
        assert "|safe" not in page.replace(" ", "") and "autoescape" not in page, path.name
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page), path.name
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son[a-z]+=|javascript:", page), path.name
