"""What others in this field were told of their mistakes is repeated here: so many, and each by a test that is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
LEAST = 80
#: Advisories that tell of the same mistake as another.
ALIASES = {"ghsa-hqff-cwx7-3jpm": "cve-2026-41902", "cve-2026-47123": "ghsa-6r38-6mcf-2ww3"}
#: Of products that gave their mistakes no number, the name of the product and what was mended.
PRODUCTS = "osticket|freescout|zammad|glpi|frappe|mpdf"
ADVISORY = re.compile(rf"cve-\d{{4}}-\d{{4,6}}|ghsa(-[0-9a-z]{{4}}){{3}}|({PRODUCTS})-[0-9a-z_-]+")
IN_NAME = re.compile(rf"_(cve_\d{{4}}_\d{{4,6}}|ghsa(_[0-9a-z]{{4}}){{3}}|({PRODUCTS})_[0-9a-z_]+)$")


def repeated() -> Iterator[tuple[str, str]]:
    """Yield every advisory that a test says it repeats, with the test: at the end of its name, or as a parameter."""
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                if named := IN_NAME.search(node.name):
                    yield named[1].replace("_", "-"), node.name
                inside = [one for place in node.decorator_list for one in ast.walk(place)]
                for value in (one.value for one in inside if isinstance(one, ast.Constant)):
                    word = str(value).lower().replace("_", "-")
                    if ADVISORY.fullmatch(word):
                        yield word, node.name


def test_the_mistakes_of_at_least_eighty_advisories_are_tried() -> None:
    tests = {ALIASES.get(advisory, advisory): test for advisory, test in repeated()}
    print(f"{len(tests)} advisories: {' '.join(sorted(tests))}")
    assert len(tests) >= LEAST
