"""The shops of an installation, as ``ATTIRE_SHOPS_FILE`` tells them now."""

from __future__ import annotations

import os
import threading

from app.ground.logs import logger
from app.ground.settings import Settings
from app.ground.shops_file import shops_in
from app.shops.told import Shop, shops_of
from models.errors import InputError


class Followed:
    """They, as the file was last of use; those of ``ATTIRE_SHOPS`` stay as they are.

    Attributes:
        shops: they. trouble: why the file as it is now is of no use; None where it is.

    Raises:
        InputError: as ``shops_of``.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings, self.shops = settings, shops_of(settings)
        self.trouble: str | None = None

    def look(self) -> bool:
        """Read the file again. Returns whether other shops are told since; what is wrong with it is logged, and changes nothing."""
        before = self.shops
        try:
            self._take()
        except Exception as error:  # noqa: BLE001 - whatever a file holds, the shops go on
            if self.trouble != (trouble := str(error) or repr(error)):
                self.trouble = trouble
                logger().error("shops_file_refused", why=trouble, shops="as they were")
            return False
        if self.trouble is not None:
            self.trouble = None
            logger().info("shops_file_of_use_again")
        return self.shops != before

    def keep_looking(self) -> None:
        """On a thread of its own until the process ends, for whoever only starts others."""

        def keep_on() -> None:
            never = threading.Event()
            while not never.wait(self._settings.swap.poll_s):
                self.look()

        threading.Thread(target=keep_on, name="shops-file", daemon=True).start()

    def _take(self) -> None:
        if self._settings.shops_file is None:
            return
        told = shops_in(self._settings.shops_file)
        if told == self._settings.shops and self.trouble is None:
            return
        settings = self._settings.model_copy(update={"shops": told})
        shops = shops_of(settings)
        for shop in shops:
            if shop not in self.shops:
                _refuse_unreadable(shop)
        self._settings, self.shops = settings, shops


def _refuse_unreadable(shop: Shop) -> None:
    """A home that is still to be made is none of these."""
    if shop.home.exists() and not (shop.home.is_dir() and os.access(shop.home, os.R_OK | os.X_OK)):
        msg = f"shop {shop.name!r}: {shop.home} is no directory that can be read; give it to the user who runs this, or name another home"
        raise InputError(msg)
