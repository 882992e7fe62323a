"""The system's Chromium, for tests that look at pages as people do."""

import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),)


def find_chromium() -> Path | None:
    """Finds a Chromium that this system has installed."""
    on_path = (shutil.which(name) for name in NAMES)
    found = [Path(path) for path in on_path if path] + [place for place in PLACES if place.exists()]
    return found[0] if found else None
