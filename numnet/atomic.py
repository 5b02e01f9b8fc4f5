"""A file that is either the old one or the new one, never half of either."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

# What systems answer that cannot sync a folder, or that do not let a folder be opened for reading.
_NO_SYNC = {
    errno.EACCES, errno.EBADF, errno.EINVAL, errno.EISDIR, errno.ENOSYS, errno.ENOTSUP,
    errno.EOPNOTSUPP, errno.EPERM,
}  # fmt: skip


def write_atomically(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file whole: to a temporary file beside it, which then takes its place.

    A process that is killed, or a machine that loses power, leaves the old file or the new one. It
    may also leave the temporary file, `.NAME.` and eight hexadecimal digits: nothing reads it, no
    later write touches it, and it may be deleted.

    Parameters
    ----------
    path : path
        An existing file is replaced; its folder must exist.
    content : bytes
        All of it.

    Raises
    ------
    OSError
        If the folder is missing or not writable, or there is no space: the old file is intact and
        nothing temporary is left. If the folder cannot be synced after the replacement, though the
        system can sync folders: the new file is in place and whole, as the message says, but a
        loss of power may bring the old one back.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomically(Path(folder) / "a.txt", b"one")
    ...     (Path(folder) / "a.txt").read_bytes()
    b'one'
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "No such folder; make it first", str(path.parent))
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "A folder; name a file in it", str(path))
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            os.chmod(temporary, path.stat().st_mode & 0o777)
        os.replace(temporary, path)
    except BaseException:
        # After the replacement there is none; an interrupt may come even then. What made the write
        # fail is raised, also where the removal fails too.
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(path)


def _sync_folder(path: Path) -> None:
    """Make the new name durable, where the system can."""
    if os.name != "posix":
        return
    try:
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise OSError(
                error.errno,
                f"{error.strerror} as its folder was synced: the new file is in place and whole, "
                "but a loss of power may bring the old one back. Save it again, elsewhere if need "
                "be",
                str(path),
            ) from error
