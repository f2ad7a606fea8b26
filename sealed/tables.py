"""Arrow tables that lie in a file without a name, mapped from there: the system may take their memory back."""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile

import pyarrow as pa


def in_a_file(parts: Iterable[pa.Table], directory: Path) -> list[pa.Table]:
    """Tables as they are, each written before the next is asked for; the file is gone with the last of them.

    Args:
        directory: made where there is none.

    Raises:
        OSError: it cannot be written to.
    """
    written = 0
    directory.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=directory) as file:
        for part in parts:
            with pa.ipc.new_stream(file, part.schema) as stream:
                stream.write_table(part)
            written += 1
        file.flush()
        if not written:
            return []
        source = pa.BufferReader(pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
    return [pa.ipc.open_stream(source).read_all() for _ in range(written)]
