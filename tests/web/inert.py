"""What a browser would make of a page: nothing in it may run, lead elsewhere or be fetched from elsewhere."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

#: What none of our pages is made of.
FOREIGN = {"iframe", "object", "embed", "svg", "math", "base", "style", "img", "video", "audio", "template", "noscript"}
ADDRESSES = ("href", "src", "action", "formaction", "data", "poster", "srcdoc", "xlink:href")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.is_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.is_code = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self.is_code = False

    def handle_data(self, data: str) -> None:
        assert not (self.is_code and data.strip()), data
        self.words.append(data)


def inert(answer: Any) -> str:
    """Assert that a page runs and fetches nothing but what is our own, and return its words and values."""
    reader = _Reader()
    reader.feed(answer.text)
    reader.close()
    for tag, given in reader.tags:
        assert tag not in FOREIGN, (answer.url, tag, given)
        assert not [name for name in given if name.startswith("on")], (answer.url, tag, given)
        assert "style" not in given and given.get("http-equiv") is None, (answer.url, tag, given)
        for name in ADDRESSES:
            address = given.get(name, "/")
            assert address.startswith(("/", "#")) and not address.startswith("//"), (answer.url, tag, given)
    return " ".join(reader.words + [value for _, given in reader.tags for value in given.values()])
