"""A process that ends with the one that started it: a parent that was killed tells nobody, and its children would go on for nobody."""

from __future__ import annotations

import os
import threading
from multiprocessing import parent_process


def end_with_parent() -> None:
    """To be called in a process that ``multiprocessing`` started; it ends, with exit code 1, as soon as the parent has."""
    parent = parent_process()
    if parent is None:
        return

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, name="follow-parent", daemon=True).start()
