"""Large pictures, worked on by a process beside this one."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest
from PIL import Image

from app.home.bare import bare
from models.encoders import apart as module
from models.encoders.apart import Apart, large_pictures_apart
from models.encoders.pictures import decode
from models.errors import ImageError

pytestmark = pytest.mark.integration
SIZE = (1700, 1300)
TURNED = Image.Exif()
TURNED[0x0112] = 6


def photo(mode: str, size: tuple[int, int] = SIZE) -> Image.Image:
    """Something of every colour, and of every transparency where the mode has it."""
    rough = np.random.default_rng(0).integers(0, 256, (21, 17, 4), dtype=np.uint8)
    return Image.fromarray(rough).resize(size, Image.Resampling.BICUBIC).convert(mode)


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Its bytes."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def beside() -> Iterator[Apart]:
    """That process, for all tests of this file."""
    with large_pictures_apart() as apart:
        yield apart


PICTURES = {
    "PNG": lambda: encoded(photo("RGB"), "PNG", compress_level=1),
    "transparent PNG": lambda: encoded(photo("RGBA"), "PNG", compress_level=1),
    "PNG of a palette": lambda: encoded(photo("RGB").convert("P"), "PNG", transparency=3, compress_level=1),
    "WebP": lambda: encoded(photo("RGBA"), "WEBP", method=0),
    "AVIF that lies on its side": lambda: encoded(photo("RGB"), "AVIF", speed=10, exif=TURNED.tobytes()),
    "GIF": lambda: encoded(photo("RGB"), "GIF"),
    "JPEG": lambda: encoded(photo("RGB"), "JPEG"),
}


@cache
def picture(name: str) -> bytes:
    """One of them, made once it is asked for."""
    return PICTURES[name]()


@pytest.mark.parametrize("name", PICTURES)
def test_it_comes_out_the_same_bit_for_bit(name: str) -> None:
    """Reduced, whole, and bare of what its maker said."""
    data = picture(name)
    here = decode(data), decode(data, whole=True), bare(data)
    with large_pictures_apart() as beside:
        there = decode(data), decode(data, whole=True), bare(data)
        assert beside.pid is not None, "all of it was done here"
    assert [np.array_equal(mine, its) for mine, its in zip(here[:2], there[:2], strict=True)] == [True, True]
    assert here[2] == there[2]


def test_what_cannot_be_decoded_is_told_in_the_same_words(beside: Apart) -> None:
    """The error says what is wrong with the picture, and the process goes on."""
    with pytest.raises(ImageError, match="may be truncated") as caught:
        decode(picture("PNG")[:-5_000])
    before = beside.pid
    assert "\n" not in str(caught.value)
    decode(picture("PNG"))
    assert beside.pid == before


def test_a_kill_harms_nobody(beside: Apart) -> None:
    """The next picture, and the one that was being decoded, is decoded by another process."""
    data, done = picture("transparent PNG"), threading.Event()
    wanted, killed = decode(data).tobytes(), set()

    def kill() -> None:
        while not done.wait(0.01):
            if (process := beside.pid) is not None and process not in killed:
                killed.add(process)
                os.kill(process, signal.SIGKILL)
                return

    killer = threading.Thread(target=kill)
    killer.start()
    found = [decode(data).tobytes() == wanted for _ in range(3)]
    done.set()
    killer.join()
    assert found == [True] * 3
    assert killed
    assert beside.pid not in killed


def test_a_picture_that_ends_it_is_refused_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice it is tried, then it is said; whoever comes next is served."""
    with large_pictures_apart() as beside:
        with pytest.raises(ImageError, match="ended twice over this one; scale it down"):
            beside(_ends, b"x")
        assert decode(picture("PNG")).size == SIZE
        monkeypatch.setattr(module._SPAWNING, "Process", _none)  # no process can be had
        beside.close()
        with pytest.raises(ImageError, match=r"cannot be decoded now \(Resource temporarily unavailable\)"):
            decode(picture("PNG"))


def _ends(_: bytes) -> bytes:
    os._exit(11)


def _none(**_: object) -> object:
    raise BlockingIOError(11, "Resource temporarily unavailable")


def test_it_ends_when_nobody_needs_it() -> None:
    """After a while without a large picture; and what comes then starts another."""
    apart = Apart(idle_s=0.2)
    assert apart(bare, picture("GIF")).startswith(b"\x89PNG")
    until = time.monotonic() + 10
    while apart.pid is not None and time.monotonic() < until:
        time.sleep(0.05)
    assert apart.pid is None
    assert apart(bare, picture("GIF")).startswith(b"\x89PNG")
    apart.close()


def held_s(work: Callable[[], object]) -> float:
    """How long nobody else gets Python's lock while something is done."""
    done, late = threading.Event(), [0.0]

    def watch() -> None:
        last = time.perf_counter()
        while not done.is_set():
            time.sleep(0.0005)
            now = time.perf_counter()
            late.append(now - last)
            last = now

    watcher = threading.Thread(target=watch)
    watcher.start()
    work()
    done.set()
    watcher.join()
    return max(late)


@pytest.mark.parametrize("mode", ["RGBA", "P"])
def test_others_get_pythons_lock_while_one_is_laid_on_white(mode: str) -> None:
    """A transparent picture of 12 megapixels, too thin to be reduced, decoded here, held the lock for 0.2 s. And it looks as it did."""
    clear = photo(mode, (1_200, 10_000))
    data = encoded(clear, "PNG", compress_level=1, **({} if mode == "RGBA" else {"transparency": 3}))
    at_once = Image.open(io.BytesIO(data)).convert("RGBA")
    assert np.array_equal(decode(data), Image.alpha_composite(Image.new("RGBA", clear.size, "white"), at_once).convert("RGB"))
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0002)
    try:
        assert min(held_s(lambda: decode(data)) for _ in range(3)) < 0.06  # the machine may be busy
    finally:
        sys.setswitchinterval(before)


def test_services_of_one_process_open_and_close_in_any_order() -> None:
    """Each has its own, and the last that is open is asked."""
    large = Image.new("1", (2001, 1000))
    first, second = large_pictures_apart(), large_pictures_apart()
    mine, other = first.__enter__(), second.__enter__()
    assert module.apart_for(large) is other
    first.__exit__(None, None, None)
    assert module.apart_for(large) is other
    second.__exit__(None, None, None)
    assert module.apart_for(large) not in {mine, other}
