"""Files read and written whole: never half of one, no device or pipe, and nobody else's link."""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from evalbook.errors import AnswerRejected

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_MOST_LINKS = 40
_LEFT_OVER_SECONDS = 3600
# What only some systems know.
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file to be read.

    Raises:
        OSError: there is none, it can't be read, or is something else than a file.
    """
    try:
        _need_regular(path.stat(), path)
        # Should a pipe have taken its place since, opening must not wait for its other end.
        handle = os.open(path, os.O_RDONLY | _NONBLOCK | _BINARY)
    except ValueError as error:
        raise _no_name(error, path) from error
    with os.fdopen(handle, "rb") as file:
        _need_regular(os.fstat(handle), path)
        yield file


def read_whole(path: Path, most: int) -> bytes:
    """Return what a regular file holds, if that is at most so many bytes.

    Raises:
        OSError: as `reading`, or it is larger.
    """
    with reading(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most:,} bytes", str(path))
    return content


def replace_whole(path: Path, content: bytes, *, private: bool = False) -> None:
    """Replace a file, or make it: afterwards it holds all of the content, or is as it was.

    See `replacing` for what is kept, and for what raises.
    """
    with replacing(path, private=private) as file:
        file.write(content)


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """Yield a file beside the named one; it takes that one's place once it is whole and on disk.

    The mode of a file that exists is kept, and its owner where that is allowed; of a new one,
    ``private`` leaves nobody else a right. A symbolic link stays one: what it points to is
    replaced. A process killed in between leaves the file as it was, and a hidden file beside it,
    which is removed when that file is written an hour later or more.

    Raises:
        OSError: the file or its folder can't be written, the disk is full, it is something else
            than a file, or somebody else's link; the file is as it was.
    """
    try:
        before = _existing(path)
        target = _followed(path)
        target.parent.mkdir(parents=True, exist_ok=True)
    except ValueError as error:
        raise _no_name(error, path) from error
    _sweep(target)
    # A name that nobody can have foreseen, and never one that exists.
    beside = target.with_name(f"{_beside(target)}{os.urandom(8).hex()}.new")
    mode = 0o600 if private or before else 0o666
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | _BINARY, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            if before is not None and os.name == "posix":
                _take_over(handle, before)
            yield file
            file.flush()
            os.fsync(handle)
        beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    _sync_folder(target.parent)


# Unlike Path's, these take any text for a name, and a folder that may not be looked into for one
# that has nothing in it.


def is_there(path: Path) -> bool:
    """Tell whether there is anything of that name that may be seen."""
    return os.path.exists(path)  # noqa: PTH110


def is_a_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113


def is_a_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112


def end_of_links(path: Path) -> Path:
    """Return the absolute path of what links lead to; where they go in a circle, the link's own.

    Path.resolve raises there, until Python 3.13.
    """
    return Path(os.path.realpath(path))


def reason(error: Exception) -> str:
    """Return why a file could not be read or written, without number and name."""
    return getattr(error, "strerror", None) or str(error)


@contextmanager
def rejecting_unwritable(code: str, path: Path) -> Iterator[None]:
    """Write to a file that a person named.

    Raises:
        AnswerRejected: ``code``, it can't be written.
    """
    try:
        yield
    except OSError as error:
        raise AnswerRejected(
            code,
            f"{path} can't be written: {reason(error)}.",
            "Free the disk, fix the folder's permissions, or name another file.",
        ) from error


def _need_regular(info: os.stat_result, path: Path) -> None:
    if stat.S_ISREG(info.st_mode):
        return
    what = next((name for is_one, name in _KINDS if is_one(info.st_mode)), "something else")
    code = errno.EISDIR if stat.S_ISDIR(info.st_mode) else errno.EINVAL
    raise OSError(code, f"it is {what}, not a regular file", str(path))


def _no_name(error: ValueError, path: Path) -> OSError:
    # A NUL, or half of a surrogate pair.
    return OSError(errno.EINVAL, f"no file can have such a name ({error})", repr(path))


def _existing(path: Path) -> os.stat_result | None:
    try:
        info = path.stat()
    except FileNotFoundError:
        return None
    _need_regular(info, path)
    if not os.access(path, os.W_OK):
        # Renaming would not mind; whoever write-protected it does.
        raise PermissionError(errno.EACCES, "it is read-only", str(path))
    return info


def _followed(path: Path) -> Path:
    """Return what a link points to at last; one that somebody else planted is not followed."""
    for _ in range(_MOST_LINKS):
        try:
            info = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return path
        if not stat.S_ISLNK(info.st_mode):
            return path
        if os.name == "posix":
            # As Linux does it in folders that all may write to (proc(5), protected_symlinks).
            trusted = (os.geteuid(), 0, path.parent.stat().st_uid)
            if info.st_uid not in trusted:
                raise PermissionError(errno.EACCES, "it is somebody else's link", str(path))
        path = path.parent / path.readlink()
    raise OSError(errno.ELOOP, "its links go round in a circle", str(path))


def _take_over(handle: int, before: os.stat_result) -> None:
    with suppress(OSError):
        os.fchown(handle, before.st_uid, before.st_gid)
    os.fchmod(handle, stat.S_IMODE(before.st_mode))


def _beside(target: Path) -> str:
    # Cut: a name may have 255 bytes.
    return f".{target.name[:40]}."


def _sweep(target: Path) -> None:
    """Remove what writers of this file left that were killed."""
    ours = re.compile(re.escape(_beside(target)) + r"[0-9a-f]{16}\.new")
    with suppress(OSError):
        for entry in os.scandir(target.parent):
            if ours.fullmatch(entry.name):
                info = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(info.st_mode) and time.time() - info.st_mtime > _LEFT_OVER_SECONDS:
                    Path(entry).unlink()


def _sync_folder(folder: Path) -> None:
    # Windows can't open folders, and some folders may be written but not read. There, the rename
    # itself is all the promise there is.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
