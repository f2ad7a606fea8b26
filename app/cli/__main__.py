"""``python -m app.cli``: the command line, where no script of it is on the path."""

from __future__ import annotations

from app.cli import main

if __name__ == "__main__":  # what runs in a process of its own reads this file, too
    main()
