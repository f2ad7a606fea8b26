"""What every log must do; run on SQLite and on Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from app.ground.errors import TrimmedError
from app.log.base import START, Entry, Event, Lag, Log, Stream, order
from models.datasets.names import name_problem

pytestmark = pytest.mark.anyio
EVENTS, CATALOGUE = Stream.EVENTS, Stream.CATALOGUE
Batch = Callable[..., list[Event]]
Ids = Callable[[Sequence[Entry]], list[str]]
Everything = Callable[..., Awaitable[list[str]]]


async def test_what_is_appended_is_read_in_order_and_unaltered(log: Log) -> None:
    """Any text there is, numbers, lists."""
    said = [Event("1", {"text": "é 漢 \ud800 \x00", "n": 1.5}), Event("ü 2", {"list": [None, True, {"a": []}]})]
    appended = await log.append(EVENTS, said)
    entries = await log.read(EVENTS)
    assert [entry.event for entry in entries] == said
    assert (appended.added, appended.end) == (2, entries[-1].offset)


async def test_the_latest_are_told_oldest_first(log: Log, batch: Batch) -> None:
    """Of one stream, as many as there are."""
    await log.append(EVENTS, batch("a", "b", "c"))
    assert [entry.event.id for entry in await log.latest(EVENTS, 2)] == ["b", "c"]
    assert [entry.event.id for entry in await log.latest(EVENTS, 9)] == ["a", "b", "c"]
    assert await log.latest(Stream.CATALOGUE, 9) == []


async def test_an_id_counts_once_within_a_batch(log: Log, batch: Batch, everything: Everything) -> None:
    """The first of them."""
    assert (await log.append(EVENTS, batch("a", "b", "a"))).added == 2
    assert await everything(log) == ["a", "b"]


async def test_an_id_may_hold_whatever_a_request_may(log: Log, everything: Everything) -> None:
    """Signs of no script yet, private ones, joiners and blanks: what is accepted at the door is kept."""
    ids = ["\ud7fc", "\ue000", "\uffff", "a\u200db", "\u00a0", " ", "\U0001f600"]
    assert [name_problem(one) for one in ids] == [None] * len(ids)
    assert (await log.append(EVENTS, [Event(one, {"n": 1}) for one in ids])).added == len(ids)
    assert (await log.append(EVENTS, [Event(one, {"n": 1}) for one in ids])).added == 0
    assert await everything(log) == ids


async def test_an_id_counts_once_across_restarts(reopen: Callable[..., Log], batch: Batch, everything: Everything) -> None:
    """What is new beside it is kept."""
    before, after = reopen(), reopen()
    await before.append(EVENTS, batch("a", "b"))
    await before.close()
    assert (await after.append(EVENTS, batch("b", "c"))).added == 1
    assert await everything(after) == ["a", "b", "c"]


async def test_an_id_counts_once_however_many_send_it_at_once(reopen: Callable[..., Log], batch: Batch) -> None:
    """Over two connections."""
    logs = [reopen(), reopen()]
    appended = await asyncio.gather(*(logs[n % 2].append(EVENTS, batch("a")) for n in range(20)))
    assert sum(one.added for one in appended) == 1


async def test_streams_are_apart(log: Log, batch: Batch, everything: Everything) -> None:
    """The same id may be in both."""
    await log.append(EVENTS, batch("a"))
    assert (await log.append(CATALOGUE, batch("a", "b"))).added == 2
    assert await everything(log, EVENTS) == ["a"]
    assert await everything(log, CATALOGUE) == ["a", "b"]


async def test_concurrent_batches_stay_whole(reopen: Callable[..., Log], batch: Batch, everything: Everything) -> None:
    """None lost, none torn apart by another."""
    logs = [reopen(), reopen()]
    batches = [[f"{n}-{i}" for i in range(5)] for n in range(30)]
    await asyncio.gather(*(logs[n % 2].append(EVENTS, batch(*names)) for n, names in enumerate(batches)))
    kept = await everything(logs[0])
    assert sorted(kept[start : start + 5] for start in range(0, 150, 5)) == sorted(batches)


async def test_of_a_batch_that_cannot_be_written_nothing_is(log: Log, batch: Batch, everything: Everything) -> None:
    """Not even what came before the bad one."""
    with pytest.raises(ValueError, match="JSON compliant"):
        await log.append(EVENTS, [*batch("a"), Event("b", {"price": float("nan")})])
    assert await everything(log) == []


async def test_an_empty_batch_is_nothing(log: Log, batch: Batch) -> None:
    """It tells the end all the same."""
    assert (await log.append(EVENTS, [])).added == 0
    end = (await log.append(EVENTS, batch("a"))).end
    assert (await log.append(EVENTS, [])).end == end


async def test_reading_goes_on_from_an_offset(log: Log, batch: Batch, ids: Ids) -> None:
    """In pages, to the end and beyond."""
    await log.append(EVENTS, batch(*"abcde"))
    first = await log.read(EVENTS, START, limit=2)
    second = await log.read(EVENTS, first[-1].offset, limit=10)
    assert (ids(first), ids(second)) == (["a", "b"], ["c", "d", "e"])
    assert await log.read(EVENTS, second[-1].offset) == []


async def test_a_reader_waits_for_what_another_writes(reopen: Callable[..., Log], batch: Batch, ids: Ids) -> None:
    """And has it long before its patience ends."""
    writer, reader = reopen(), reopen()
    task = asyncio.create_task(reader.read(EVENTS, wait_s=5.0))
    await asyncio.sleep(0.2)
    await writer.append(EVENTS, batch("a"))
    assert ids(await asyncio.wait_for(task, 2.0)) == ["a"]


async def test_a_wait_ends(log: Log) -> None:
    """With nothing."""
    assert await log.read(EVENTS, wait_s=0.1) == []


async def test_a_group_shares_the_entries(log: Log, batch: Batch, ids: Ids) -> None:
    """Each goes to one consumer; another group has them all."""
    await log.append(EVENTS, batch(*"abc"))
    assert ids(await log.take(EVENTS, "g", "one", limit=2)) == ["a", "b"]
    assert ids(await log.take(EVENTS, "g", "two", limit=2)) == ["c"]
    assert ids(await log.take(EVENTS, "g", "one")) == []
    assert ids(await log.take(EVENTS, "h", "one")) == ["a", "b", "c"]


async def test_a_group_survives_a_restart(reopen: Callable[..., Log], batch: Batch, ids: Ids) -> None:
    """It goes on where it was, and what it had not acknowledged is still to be claimed."""
    before, after = reopen(), reopen()
    await before.append(EVENTS, batch(*"abc"))
    [first, _] = await before.take(EVENTS, "g", "c", limit=2)
    await before.acknowledge(EVENTS, "g", [first.offset])
    await before.close()
    assert ids(await after.take(EVENTS, "g", "c")) == ["c"]
    assert ids(await after.claim(EVENTS, "g", "c", idle_s=0)) == ["b", "c"]


async def test_what_was_not_acknowledged_is_claimed_once_stale(log: Log, batch: Batch, ids: Ids) -> None:
    """Not while its consumer may be at work; by one other only; with the number of the delivery."""
    await log.append(EVENTS, batch(*"ab"))
    taken = await log.take(EVENTS, "g", "one")
    assert [entry.deliveries for entry in taken] == [1, 1]
    await log.acknowledge(EVENTS, "g", [taken[0].offset])
    assert await log.claim(EVENTS, "g", "two", idle_s=60) == []
    await asyncio.sleep(0.15)
    claimed = await log.claim(EVENTS, "g", "two", idle_s=0.1)
    assert (ids(claimed), claimed[0].deliveries, claimed[0].offset) == (["b"], 2, taken[1].offset)
    assert await log.claim(EVENTS, "g", "three", idle_s=0.1) == []


async def test_a_claim_is_bounded(log: Log, batch: Batch, ids: Ids) -> None:
    """The oldest first."""
    await log.append(EVENTS, batch(*"abc"))
    await log.take(EVENTS, "g", "c")
    assert ids(await log.claim(EVENTS, "g", "c", idle_s=0, limit=2)) == ["a", "b"]


async def test_nothing_is_claimed_of_a_group_that_is_not_there(log: Log) -> None:
    """Nor is it an error, to acknowledge or to ask for its dead letters."""
    assert await log.claim(EVENTS, "g", "c", idle_s=0) == []
    await log.acknowledge(EVENTS, "g", [])
    assert await log.dead_letters(EVENTS, "g") == []


async def test_what_was_given_too_often_is_a_dead_letter(reopen: Callable[..., Log], batch: Batch, ids: Ids) -> None:
    """It is claimed no more, told by the lag, read with its deliveries, and dropped by whoever looked after it."""
    log = reopen(max_deliveries=2)
    await log.append(EVENTS, batch(*"ab"))
    [bad, good] = await log.take(EVENTS, "g", "c")
    await log.acknowledge(EVENTS, "g", [good.offset])
    assert ids(await log.claim(EVENTS, "g", "c", idle_s=0)) == ["a"]
    assert await log.claim(EVENTS, "g", "c", idle_s=0) == []
    [letter] = await log.dead_letters(EVENTS, "g")
    assert (letter.event, letter.deliveries) == (bad.event, 2)
    lag = (await log.lag(EVENTS))["g"]
    assert (lag.unread, lag.pending, lag.dead) == (0, 0, 1)
    await log.drop_dead_letters(EVENTS, "g", [letter.offset])
    assert await log.dead_letters(EVENTS, "g") == []


async def test_dead_letters_do_not_hide_what_can_be_claimed(reopen: Callable[..., Log], batch: Batch, ids: Ids) -> None:
    """However many there are before it."""
    log = reopen(max_deliveries=1)
    await log.append(EVENTS, batch(*"abcdef"))
    await log.take(EVENTS, "g", "c", limit=5)
    patient = reopen(max_deliveries=9)
    await log.claim(EVENTS, "g", "c", idle_s=0, limit=2)
    assert ids(await log.dead_letters(EVENTS, "g")) == ["a", "b", "c", "d", "e"]
    assert ids(await patient.take(EVENTS, "g", "c")) == ["f"]
    assert ids(await patient.claim(EVENTS, "g", "c", idle_s=0, limit=2)) == ["f"]


async def test_the_lag_of_each_group(log: Log, batch: Batch) -> None:
    """Unread, pending and dead; no group, no lag."""
    assert await log.lag(EVENTS) == {}
    await log.append(EVENTS, batch(*"abcde"))
    [entry, *_] = await log.take(EVENTS, "g", "c", limit=3)
    await log.take(EVENTS, "h", "c")
    await log.acknowledge(EVENTS, "g", [entry.offset])
    lags = await log.lag(EVENTS)
    assert {name: (lag.unread, lag.pending) for name, lag in lags.items()} == {"g": (2, 2), "h": (0, 5)}


async def test_trimming_drops_what_every_group_acknowledged(log: Log, batch: Batch, everything: Everything) -> None:
    """Nothing that is unread or pending in any of them."""
    await log.append(EVENTS, batch(*"abcde"))
    fast, slow = await log.take(EVENTS, "fast", "c"), await log.take(EVENTS, "slow", "c", limit=3)
    await log.acknowledge(EVENTS, "fast", [entry.offset for entry in fast])
    assert await log.trim(EVENTS) == 0
    await log.acknowledge(EVENTS, "slow", [slow[0].offset, slow[2].offset])
    assert await log.trim(EVENTS) == 1
    assert await everything(log) == ["b", "c", "d", "e"]
    await log.acknowledge(EVENTS, "slow", [slow[1].offset])
    assert await log.trim(EVENTS) == 2
    assert await log.trim(EVENTS) == 0
    assert await everything(log) == ["d", "e"]
    assert (await log.lag(EVENTS))["slow"].unread == 2


async def test_without_a_group_nothing_is_trimmed(log: Log, batch: Batch, everything: Everything) -> None:
    """Nobody has read it yet."""
    assert await log.trim(EVENTS) == 0
    await log.append(EVENTS, batch("a"))
    assert await log.trim(EVENTS) == 0
    assert await everything(log) == ["a"]


async def test_trimming_ends_where_it_is_told_to(log: Log, batch: Batch, everything: Everything) -> None:
    """Without a group, up to that entry; with one, no further than it has come. Never beyond the end, and ids are still known."""
    end = (await log.append(EVENTS, batch(*"abc"))).end
    assert await log.trim(EVENTS, START) == 0
    assert await log.trim(EVENTS, (await log.read(EVENTS))[1].offset) == 2
    assert await everything(log) == ["c"]
    await log.append(EVENTS, batch(*"cde"))
    taken = await log.take(EVENTS, "g", "c", limit=2)
    await log.acknowledge(EVENTS, "g", [taken[0].offset])
    assert await log.trim(EVENTS, (await log.read(EVENTS))[-1].offset) == 1
    assert await everything(log) == ["d", "e"]
    assert order((await log.append(EVENTS, batch("a", "f"))).end) > order(end)
    assert await everything(log) == ["d", "e", "f"]


async def test_a_gap_is_told(log: Log, batch: Batch, ids: Ids) -> None:
    """From an offset behind which entries are gone; from the last that went, and from the start, one may go on."""
    await log.append(EVENTS, batch(*"abcd"))
    taken = await log.take(EVENTS, "g", "c", limit=3)
    await log.acknowledge(EVENTS, "g", [entry.offset for entry in taken])
    await log.trim(EVENTS)
    with pytest.raises(TrimmedError, match="gap"):
        await log.read(EVENTS, taken[1].offset)
    assert ids(await log.read(EVENTS, taken[2].offset)) == ids(await log.read(EVENTS)) == ["d"]


async def test_a_log_trimmed_to_nothing_goes_on(reopen: Callable[..., Log], batch: Batch, ids: Ids) -> None:
    """Offsets never come again, so a group misses nothing."""
    log = reopen()
    await log.append(EVENTS, batch(*"ab"))
    taken = await log.take(EVENTS, "g", "c")
    await log.acknowledge(EVENTS, "g", [entry.offset for entry in taken])
    await log.trim(EVENTS)
    await log.close()
    again = reopen()
    await again.append(EVENTS, batch("c"))
    assert ids(await again.read(EVENTS, taken[-1].offset)) == ["c"]
    assert ids(await again.take(EVENTS, "g", "c")) == ["c"]


@pytest.mark.parametrize(("remember_s", "added"), [(60.0, 0), (0.0, 1)])
async def test_an_id_outlives_its_entry(reopen: Callable[..., Log], batch: Batch, remember_s: float, added: int) -> None:
    """For as long as it is to be remembered, and then no more."""
    log = reopen(remember_s=remember_s)
    await log.append(EVENTS, batch("a"))
    taken = await log.take(EVENTS, "g", "c")
    await log.acknowledge(EVENTS, "g", [entry.offset for entry in taken])
    await asyncio.sleep(0.01)
    await log.append(EVENTS, batch("later"))
    later = await log.take(EVENTS, "g", "c")
    await log.acknowledge(EVENTS, "g", [entry.offset for entry in later])
    await log.trim(EVENTS)
    assert (await log.append(EVENTS, batch("a"))).added == added


async def test_an_id_that_is_unread_is_never_forgotten(reopen: Callable[..., Log], batch: Batch) -> None:
    """However short the memory."""
    log = reopen(remember_s=0.0)
    await log.append(EVENTS, batch("a"))
    await log.take(EVENTS, "g", "c")
    await log.trim(EVENTS)
    assert (await log.append(EVENTS, batch("a"))).added == 0


async def test_a_living_log_answers_a_ping(log: Log) -> None:
    """Without an error, also before anything was written."""
    await log.ping()


@pytest.mark.parametrize("event_id", ["", "x" * 257, "a\nb", "\ud800", "\x00"])
def test_an_id_that_not_every_log_could_keep_is_no_event(event_id: str) -> None:
    """Told where it is made, before anyone's batch has it."""
    with pytest.raises(ValueError, match="printable"):
        Event(event_id, {})


async def test_it_knows_how_much_of_its_room_is_left(
    reopen: Callable[..., Log], request: pytest.FixtureRequest, tmp_path: Path, batch: Batch
) -> None:
    """Of Redis where its memory is bounded; of a file by its disk, and its own bound."""
    log = reopen(max_bytes=1_000_000)
    await log.append(EVENTS, batch("a"))
    free = await log.free()
    if (tmp_path / "log.sqlite").exists():
        assert free is not None
        await log.append(EVENTS, [Event(str(n), {"text": "x" * 10_000}) for n in range(60)])
        less = await log.free()
        assert less is not None
        assert 0 < free < 1
        assert 0 <= less < 0.4
    else:
        assert free is None
        with request.getfixturevalue("shared_redis").client() as client:
            client.config_set("maxmemory", "100mb")
            free = await log.free()
            assert free is not None
            client.config_set("maxmemory", "10mb")
            less = await log.free()
            client.config_set("maxmemory", "0")
        assert less is not None
        assert 0 < less < free < 1


async def test_what_is_forgotten_counts_anew_and_the_rest_stays(reopen: Callable[..., Log], batch: Batch, ids: Ids) -> None:
    """Of what is gone no id is remembered; what is there is in its place, given to whom it was given, and counts once as before."""
    log = reopen()
    await log.append(EVENTS, batch("a", "b", "c", "d"))
    taken = await log.take(EVENTS, "g", "one", limit=3)
    await log.acknowledge(EVENTS, "g", [taken[0].offset])
    await log.trim(EVENTS)
    before = await log.read(EVENTS), await log.lag(EVENTS)
    await log.forget(EVENTS, ["a", "never"])
    assert (await log.read(EVENTS), await log.lag(EVENTS)) == before
    other = reopen()
    assert ids(await other.claim(EVENTS, "g", "two", idle_s=0.0)) == ["b", "c"]
    assert (await other.append(EVENTS, batch("a", "b", "d"))).added == 1
    assert ids(await other.take(EVENTS, "g", "two")) == ["d", "a"]
    assert ids(await other.read(EVENTS, before[0][-1].offset)) == ["a"]
    assert (await other.lag(EVENTS))["g"] == Lag(unread=0, pending=4, dead=0)
