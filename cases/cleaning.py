"""A file made anew by its kind, so that nothing of it stays but what it shows; what cannot be made so is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import BinaryIO

from cases import clean_office, clean_pdf, clean_pictures
from cases.errors import InvalidFields
from cases.media import JPEG, PDF, PNG, TEXT, refused_file


def clean(source: Path, target: BinaryIO, media_type: str) -> None:
    """Write a file of a known kind anew. Raises InvalidFields if it cannot be made clean."""
    try:
        _clean(source, target, media_type)
    except InvalidFields:
        raise
    except OSError as error:
        if error.errno is not None:  # our disk, not their file
            raise
        raise _damaged() from error
    except Exception as error:  # a hostile file makes a library raise anything; whatever it is, the file is refused
        raise _damaged() from error


def _clean(source: Path, target: BinaryIO, media_type: str) -> None:
    if media_type == PDF:
        clean_pdf.clean(source, target)
    elif media_type in (PNG, JPEG):
        with source.open("rb") as file:
            clean_pictures.clean(file, target, "PNG" if media_type == PNG else "JPEG")
    elif media_type == TEXT:
        with source.open("rb") as file:
            shutil.copyfileobj(file, target)
    else:
        clean_office.clean(source, target)


def _damaged() -> InvalidFields:
    return refused_file(
        "文件已损坏或无法清理，请另存或打印成 PDF 后再上传",
        "The file is damaged or cannot be cleaned; save it anew, or print it to a PDF",
    )
