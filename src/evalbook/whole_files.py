"""Replace a file whole: afterwards it holds all of the new content, or is as it was."""

from __future__ import annotations

import os
from pathlib import Path


def replace_whole(path: Path, content: bytes) -> None:
    """Write a file beside the named one, sync it, and rename it over that one.

    The mode of a file that exists is kept. A symbolic link stays one: what it points to is
    replaced. A process killed in between leaves the file as it was, and one hidden file beside it
    that the next attempt overwrites.

    Raises:
        OSError: the folder can't be written, or the disk is full; the file is as it was.
    """
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    # Windows can't open folders; there, the rename itself is all the promise there is.
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
