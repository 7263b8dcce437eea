from __future__ import annotations

import os
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from evalbook.whole_files import read_whole, reason, replace_whole, replacing
from hostile_host import a_full_disk

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, modes and special files")

STRANGER = 12345


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    socket.socket(socket.AF_UNIX).bind(str(path))


def a_link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_circle(path: Path) -> None:
    path.symlink_to(path)


NO_FILES: list[tuple[Callable[[Path], None], str]] = [
    (a_pipe, "it is a named pipe, not a regular file"),
    (Path.mkdir, "it is a folder, not a regular file"),
    (a_socket, "it is a socket, not a regular file"),
    (a_link_to_a_device, "it is a device, not a regular file"),
    (a_circle, "Too many levels of symbolic links"),
]


@pytest.mark.parametrize(("make", "why"), NO_FILES)
def test_what_is_no_file_is_neither_read_nor_replaced(tmp_path, make, why, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's name is short
    path = Path("it")
    make(path)
    before = path.lstat()

    with pytest.raises(OSError, match=why):
        read_whole(path, 100)
    with pytest.raises(OSError, match=why):
        replace_whole(path, b"new")

    assert (path.lstat().st_mode, path.lstat().st_ino) == (before.st_mode, before.st_ino)
    assert [*Path().iterdir()] == [path]


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b", "x" * 300])
def test_a_name_that_no_file_can_have_is_an_os_error(tmp_path, name):
    for attempt in (lambda p: read_whole(p, 9), lambda p: replace_whole(p, b"")):
        with pytest.raises(OSError) as caught:  # noqa: PT011 - which one depends on the system
            attempt(tmp_path / name)
        assert len(reason(caught.value)) < 200


def test_a_file_over_the_bound_is_not_read(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"12345")

    assert read_whole(path, 5) == b"12345"
    with pytest.raises(OSError, match="it is larger than 4 bytes"):
        read_whole(path, 4)


def test_a_link_stays_and_its_target_keeps_its_mode(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to("real")

    replace_whole(link, b"new")

    assert link.is_symlink()
    assert (real.read_text(), stat.S_IMODE(real.stat().st_mode)) == ("new", 0o640)


def test_a_new_file_has_the_mode_that_any_new_file_has_unless_it_is_private(tmp_path):
    (tmp_path / "usual").touch()

    replace_whole(tmp_path / "new", b"")
    replace_whole(tmp_path / "own", b"", private=True)

    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode
    assert stat.S_IMODE((tmp_path / "own").stat().st_mode) == 0o600


def test_links_planted_where_the_new_text_is_written_first_are_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    for guess in (".state.json.new", ".state.json.tmp", f".state.json.{os.getpid()}.new"):
        (tmp_path / guess).symlink_to(victim)

    replace_whole(tmp_path / "state.json", b"new")

    assert victim.read_text() == "precious"
    assert not (tmp_path / "state.json").is_symlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a second user")
def test_somebody_elses_link_is_not_followed_but_the_folders_owner_is_trusted(tmp_path):
    link, victim = tmp_path / "state.json", tmp_path / "victim"
    link.symlink_to(victim)
    os.chown(link, STRANGER, STRANGER, follow_symlinks=False)

    with pytest.raises(PermissionError, match="somebody else's link"):
        replace_whole(link, b"new")
    assert not victim.exists()

    os.chown(tmp_path, STRANGER, STRANGER)
    replace_whole(link, b"new")
    assert victim.read_text() == "new"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a second user")
def test_root_does_not_take_a_file_from_its_owner(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    os.chown(path, STRANGER, STRANGER)

    replace_whole(path, b"new")

    assert (path.stat().st_uid, path.stat().st_gid) == (STRANGER, STRANGER)


def test_a_full_disk_leaves_the_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")

    with a_full_disk(), pytest.raises(OSError, match="File too large"):
        replace_whole(path, b"x" * 1000)

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_while_it_is_made_leaves_the_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")

    with pytest.raises(KeyboardInterrupt), replacing(path) as file:
        raise KeyboardInterrupt(file.write(b"half"))

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_of_writers_at_once_one_is_last_and_none_fails(tmp_path):
    path, texts = tmp_path / "a", [bytes([65 + n]) * 50_000 for n in range(8)]
    writers = [threading.Thread(target=replace_whole, args=(path, text)) for text in texts]

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert path.read_bytes() in texts
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_writer_left_an_hour_ago_is_removed_and_nothing_else(tmp_path):
    left, fresh = tmp_path / f".a.{'0' * 16}.new", tmp_path / f".a.{'1' * 16}.new"
    own = tmp_path / ".a.backup.new"
    for path in (left, fresh, own):
        path.touch()
    for path in (left, own):
        os.utime(path, (1, 1))

    replace_whole(tmp_path / "a", b"")

    assert {entry.name for entry in tmp_path.iterdir()} == {"a", fresh.name, own.name}
