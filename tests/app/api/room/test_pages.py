"""What the ops room shows and does is what the JSON routes tell and do."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.api.room.shown import REJECTS_SHOWN
from app.experiments.book import ExperimentFile
from app.experiments.kept import KeptReports
from app.experiments.report import report_of
from app.experiments.tally import Tally
from app.ground.errors import BusyError
from app.ground.parts import LogSettings
from app.home.feeds import REJECTS, FeedRecord, FeedRecords
from app.home.runs import FINAL, Compared, LearningRun, Runs, write_run
from app.home.store import ReleaseStore
from app.home.underway import begins
from app.home.versions import LOOKED_S
from app.log.base import Stream
from app.log.open import opened_log
from app.rules.book import RuleFile
from app.rules.rule import RULES
from app.worker.archive import Archive
from app.worker.page import write_page
from models.datasets.rejects import Rejects
from models.errors import RowError

Word = Callable[[TestClient, str], str]
RULE = {"id": "no-tops-1", "do": "exclude", "items": {"ids": ["tops-1"]}, "note": "<b>not</b> sold"}


def a_run(own: Path, decision: str = "rejected", gain: float = 0.1) -> LearningRun:
    """A finished run of the worker."""
    directory = Runs(own).begin()
    metric = Compared(set="reference", metric="recall_at_10", n=50, current=0.2, candidate=0.2 + gain, low=0, high=1)
    run = LearningRun(
        id=directory.name,
        started="2026-11-26T10:00:00+00:00",
        finished="2026-11-26T10:10:00+00:00",
        rows=10,
        decision=decision,  # type: ignore[arg-type]
        reasons=("recall@10 is <worse>",),
        metrics=(metric,),
        release=ReleaseStore(own).served().id if decision == "published" else None,
    )
    write_run(directory / FINAL, run)
    write_page(directory / "index.html", run)
    return run


def test_the_overview_tells_answers_events_and_what_came_of_suggestions(room: TestClient, own: Path, key: str) -> None:
    """As the log has them, and as reports of experiments count it: a purchase that names no answer follows from the click before it."""
    mine = {"X-API-Key": key}
    ask = {"items": ["tops-1"], "slots": [{"category": "shoes"}], "k": 3, "session": "s"}
    answer = room.post("/complete-outfit", json=ask, headers=mine).json()
    room.post("/complete-outfit", json={**ask, "session": "t", "filters": {"brand": ["none"]}}, headers=mine)
    named = {"session": "s", "recommendation_id": answer["recommendation_id"]}
    first, second = (item["id"] for item in answer["slots"][0]["items"][:2])
    bought = {"session": "s", "type": "purchase", "price": 12.5, "currency": "EUR"}
    events = [
        {"id": "1", "item": first, "quantity": 2, **bought, **named},
        {"id": "2", "item": second, "type": "view", **named},
        {"id": "3", "item": second, **bought},
        {"id": "4", "item": "tops-2", **bought},
        {"id": "5", "item": "tops-2", "type": "dismiss", "session": "s"},
    ]
    assert room.post("/events", json={"events": events}, headers=mine).status_code == 202
    FeedRecords(own).keep(FeedRecord(source="https://u:secret@shop.example/feed?key=secret", rows=10, rejected=2, why="gone"))
    until = time.monotonic() + 10
    while "1 of 2; 1 of 2 slots" not in (text := html.unescape(room.get("/ops").text)):
        assert time.monotonic() < until, text
    assert ReleaseStore(own).served().id in text
    assert re.search(r'<code>/complete-outfit</code></td>\s*<td class="n" data-of="requests">2<', text)
    for kind, told in (
        ("purchase", '3</td><td class="n">2 (67 %)'),
        ("view", '1</td><td class="n">1 (100 %)'),
        ("dismiss", '1</td><td class="n">\u2013'),
    ):
        assert f'<td>{kind}</td><td class="n">{told}</td>' in text
    for name, told in (
        ("visitors", "2"),
        ("clicked", "50.0 %"),
        ("attach rate", "50.0 %"),
        ("bought", "50.0 %"),
        ("average order", "37.50 EUR"),
    ):
        assert f'data-of="{name}">{told}<' in text
    assert "shop.example/feed" in text
    assert "secret" not in text
    figures = room.get("/metrics", headers=mine).text
    for line in (
        'attire_completions_total{of="empty"} 1.0',
        "attire_suggestions_shown_total 3.0",
        "attire_slots_empty_total 1.0",
        'attire_events_total{type="purchase"} 3.0',
    ):
        assert line in figures


def test_rows_that_were_set_aside_are_told_with_what_to_do(room: TestClient, own: Path) -> None:
    """Of each feed the first, as text; the rows of one feed do not hide those of another, nor does a damaged file."""
    records = FeedRecords(own)
    files = [own / REJECTS, *(records.rejects_file(source) for source in ("https://shop.example/a.csv", "b.csv"))]
    files[0].parent.joinpath("feeds").mkdir(exist_ok=True)
    for at, file in enumerate(files[:2]):
        with Rejects(file) as rejects:
            for line in range(2, 4 + REJECTS_SHOWN):
                problem = f"<b>{at}</b> is no price; give a number"
                rejects.add(RowError(problem, path=Path("feed.csv"), line=line, field="price", item=f"sku-{at}-{line}", value="<i>"))
    files[2].write_text("[1]\n")
    text = room.get("/ops").text
    assert text.count("feed.csv, line ") == 2 * REJECTS_SHOWN
    for at in (0, 1):
        assert f"feed.csv, line 2, sku-{at}-2" in text
        assert f"&lt;b&gt;{at}&lt;/b&gt; is no price" in text
    assert "give a number" in text
    assert "<i>" not in text


@pytest.mark.anyio
async def test_what_the_worker_has_archived_still_counts(room: TestClient, own: Path, key: str, word: Word) -> None:
    """The log has let go of it; on the overview, and where a rule is tried."""
    room.post("/complete-outfit", json={"items": ["shoes-1"], "slots": [{"category": "tops"}]}, headers={"X-API-Key": key})
    log = LogSettings()
    async with opened_log(log, own) as opened:
        archive, gone, until = Archive(Runs(own).events), 0, time.monotonic() + 10
        while not gone:
            assert time.monotonic() < until
            entries = await opened.take(Stream.EVENTS, "archive", "me")
            archive.write(entries)
            await opened.acknowledge(Stream.EVENTS, "archive", [entry.offset for entry in entries])
            gone = await opened.trim(Stream.EVENTS)
        assert await opened.latest(Stream.EVENTS, 10) == []
    assert "0 of 1; 0 of 1 slots" in room.get("/ops").text
    tried = room.post("/ops/rules", data={"word": word(room, "/ops/rules"), "rules": json.dumps(RULE), "do": "try"})
    assert "of the last 1 answers would change" in tried.text


def test_what_a_rule_would_change_is_named_by_title_and_id(room: TestClient, key: str, word: Word) -> None:
    """As a merchandiser knows it."""
    mine = {"X-API-Key": key}
    given = {"items": ["tops-1"], "slots": [{"category": "shoes"}], "k": 20}
    room.post("/complete-outfit", json=given, headers=mine)
    rule = {"id": "off", "do": "exclude", "items": {"ids": ["shoes-1"]}}
    said = {"word": word(room, "/ops/rules"), "rules": json.dumps(rule), "do": "try"}
    until = time.monotonic() + 10
    while "of the last 1 answers would change" not in (text := room.post("/ops/rules", data=said).text):
        assert time.monotonic() < until, text
    assert re.search(r"Shoes number 1 <small>shoes-1</small>.*<td class=\"n\">1</td>", text, re.DOTALL)


def test_a_trial_that_cannot_be_made_says_why(room: TestClient, word: Word, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the page that has begun; what was typed is still there."""

    async def busy(*_: object) -> None:
        msg = "too many are asking"
        raise BusyError(msg)

    monkeypatch.setattr("app.api.rules.dry_run_rules", busy)
    tried = room.post("/ops/rules", data={"word": word(room, "/ops/rules"), "rules": json.dumps(RULE), "do": "try"})
    assert '<p class="problem" role="alert">too many are asking</p>' in tried.text
    assert "no-tops-1" in tried.text


@pytest.fixture
def anyio_backend() -> str:
    """The service's."""
    return "asyncio"


def test_no_page_runs_a_script_or_may_be_framed(room: TestClient, own: Path) -> None:
    """Nor does the worker's, which is shown under a policy of its own."""
    a_run(own)
    for path in ("/ops", "/ops/enter", "/ops/releases", "/ops/rules", "/ops/rollback", "/ops/runs/1"):
        answer = room.get(path)
        assert answer.status_code == 200
        assert "<script" not in answer.text
        assert "script-src" not in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


def test_roll_back_asks_first_and_then_does_it(room: TestClient, own: Path, word: Word) -> None:
    """On the page before, with one press; and an old page does not roll back something else."""
    store = ReleaseStore(own)
    now, before = store.served().id, store.before_current().id
    assert f"Roll back to {before}?" in room.get("/ops/rollback").text
    assert store.served().id == now
    stale = room.post("/ops/rollback", data={"word": word(room, "/ops/rollback"), "release": now})
    assert (stale.status_code, store.served().id) == (409, now)
    done = room.post("/ops/rollback", data={"word": word(room, "/ops/rollback"), "release": before})
    assert (done.status_code, done.url.path) == (200, "/ops/releases")
    assert store.served().id == before
    assert room.get("/readyz").json()["release"] == before
    again = room.get(f"/ops/releases/{now}/activate")
    assert f"Serve {now}?" in again.text
    room.post(f"/ops/releases/{now}/activate", data={"word": word(room, "/ops")})
    assert store.served().id == now


def test_a_release_that_is_not_there_is_told(room: TestClient, own: Path, word: Word) -> None:
    """By the page, not by a trace, nor with a path of the machine; and so where nothing served before."""
    (own / "SERVED").write_text(ReleaseStore(own).served().id)
    back = room.post("/ops/rollback", data={"word": word(room, "/ops"), "release": "r1-00000000"})
    assert (back.status_code, "no release served before" in back.text, str(own) in back.text) == (404, True, False)
    assert room.get("/ops/releases/r9-00000000/activate").status_code == 404
    answer = room.post("/ops/releases/r9-00000000/activate", data={"word": word(room, "/ops")})
    assert (answer.status_code, "no such release" in answer.text) == (404, True)
    assert room.get("/ops/runs/7").status_code == 404


def test_runs_have_their_metrics_reasons_and_place_on_the_curve(room: TestClient, own: Path) -> None:
    """What they say is text, whatever it is."""
    assert "No run has been compared" in room.get("/ops/releases").text
    a_run(own)
    a_run(own, "published", 0.3)
    text = room.get("/ops/releases").text
    assert text.count("<circle") == 2
    assert "recall@10 is &lt;worse&gt;" in text
    assert 'href="/ops/runs/2"' in text
    assert "Run 0001" in room.get("/ops/runs/1").text


def test_a_run_that_goes_on_is_told_with_its_step(room: TestClient, own: Path) -> None:
    """Since when, until it has ended; without one, the worker has not run yet."""
    assert "The worker has not run yet" in room.get("/ops/releases").text
    directory = Runs(own).begin()
    begins(directory)
    assert re.search(r"0001</strong>.+not ended yet.+began \d+ \w+ 20\d\d \d\d:\d\d UTC<", room.get("/ops/releases").text)
    begins(directory, "training")
    text = room.get("/ops/releases").text
    assert re.search(r"began \d+ \w+ 20\d\d \d\d:\d\d UTC · training since \d\d:\d\d<", text)
    assert "has not run yet" not in text
    write_run(directory / FINAL, LearningRun(id="0001", started="2026-11-26T10:00:00+00:00", rows=1, decision="waiting"))
    assert "not ended yet" not in room.get("/ops/releases").text


def test_rules_are_tried_written_ended_and_taken_away(room: TestClient, own: Path, word: Word) -> None:
    """A try writes nothing."""
    room.post("/complete-outfit", json={"items": ["shoes-1"], "slots": [{"category": "tops"}]})

    def send(path: str, **fields: str) -> str:
        answer = room.post(path, data={"word": word(room, "/ops/rules"), **fields})
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)

    def kept() -> list[bool]:
        file = own / "rules.json"
        return [rule.get("enabled", True) for rule in json.loads(file.read_text())["rules"]] if file.exists() else []

    assert "answers would change" in send("/ops/rules", rules=json.dumps(RULE), do="try")
    assert kept() == []
    text = send("/ops/rules", rules=json.dumps([RULE]), do="write")
    assert kept() == [True]
    assert "no-tops-1" in text
    assert "<b>not" not in room.get("/ops/rules").text
    send("/ops/rules/change", id="no-tops-1", do="end")
    assert kept() == [False]
    send("/ops/rules/change", id="no-tops-1", do="resume")
    assert kept() == [True]
    send("/ops/rules/change", id="no-tops-1", do="remove")
    assert kept() == []


def test_a_look_is_approved_and_why_a_rule_does_not_hold_is_said(room: TestClient, own: Path, word: Word) -> None:
    """A draft is not yet approved, one rule is over, another begins later."""
    look = {"id": "l", "do": "look", "ids": ["tops-1", "shoes-2"]}
    times = {"over": {"until": "2020-11-01T12:00:00Z"}, "later": {"since": "2999-12-24T00:00:00Z"}}
    RuleFile(own).put(RULES.validate_python([look, *({**RULE, "id": name, "when": when} for name, when in times.items())]))
    text = room.get("/ops/rules").text
    assert re.findall(r'badge ">([^<]*)<', text) == ["draft", "ended 1 Nov 2020", "begins 24 Dec 2999"]
    assert text.count("Approve") == 1
    for rule, status in (("over", 404), ("l", 200)):
        sent = {"word": word(room, "/ops/rules"), "id": rule, "do": "approve"}
        assert room.post("/ops/rules/change", data=sent).status_code == status
    assert [rule.state for rule in RuleFile(own).book().rules if rule.do == "look"] == ["approved"]
    assert "Approve" not in room.get("/ops/rules").text


def test_a_version_of_the_rules_is_restored_and_a_page_that_is_behind_writes_nothing(room: TestClient, own: Path, word: Word) -> None:
    """Whoever changed them meanwhile is told of, and what was typed stays in the form."""
    mine = {"word": word(room, "/ops/rules"), "rules": json.dumps({**RULE, "note": "mine"}), "do": "write", "seen": "0"}
    file = RuleFile(own)
    file.put(RULES.validate_python([RULE]))
    time.sleep(LOOKED_S)
    behind = room.post("/ops/rules", data=mine)
    assert (behind.status_code, "at version 1 by now" in behind.text, "mine" in behind.text) == (412, True, True)
    file.remove("no-tops-1")
    time.sleep(LOOKED_S)
    assert "removed <code>no-tops-1</code>" in room.get("/ops/rules").text
    for seen, version, status in (("1", "1", 412), ("2", "7", 404), ("2", "1", 200)):
        sent = {"word": word(room, "/ops/rules"), "version": version, "seen": seen}
        assert room.post("/ops/rules/restore", data=sent).status_code == status
    time.sleep(LOOKED_S)
    assert (file.book().version, [rule.id for rule in file.book().rules]) == (3, ["no-tops-1"])


def test_a_rule_is_shown_with_how_many_times(room: TestClient, word: Word) -> None:
    """Also where it leaves that out; and its name is quoted as it is written."""
    rules = [
        {"id": "typo", "do": "boost", "items": {"ids": ["topss-1"]}},
        {"id": "less", "do": "bury", "items": {"ids": ["tops-1"]}, "times": 2.5},
    ]
    text = room.post("/ops/rules", data={"word": word(room, "/ops/rules"), "rules": json.dumps(rules), "do": "write"}).text
    assert ("show these more \u00d7 3<" in text, "show these less \u00d7 2.5<" in text) == (True, True)
    assert "<code>typo</code>: the catalogue has no item" in text


def test_a_rule_that_means_nothing_is_told_and_stays_in_the_form(room: TestClient, word: Word) -> None:
    """With the field that is wrong."""
    for text, why in (
        ("{", "line 1, near '{' cannot be read"),
        ("", "nothing is written there"),
        ("9" * 5_000, "cannot be read"),
        ('{"id": "x", "do": "hide"}', "rule 'x', do says what the rule does, and is to be one of exclude (never suggest these)"),
        ("[]", "are to be one rule in braces"),
        ("3", "are to be one rule in braces"),
        ('{"id": "x", "do": "pin"}', """rule 'x', ids is missing. For example: "ids": ["w000042", "w000043"]"""),
        ('{"do": "exclude", "items": {"brand": "N"}}', "rule 1, id is missing"),
        ('{"do": "exclude", "items": {"brand": "N"}}', "rule 1, items.brand is to be a list in square brackets, also of one"),
        ('{"id": "x", "do": "boost", "items": {"brand": ["N"]}, "times": 0}', "times is to be more than 1"),
        ('{"id": "x", "do": "exclude", "items": {"brand": ["N"]}, "when": {"until": "Monday"}}', 'For example: "until": "2026-12-27T00'),
        ('{"id": "x", "do": "slots", "slots": [{"category": "shoes", "max": "1"}]}', "slots[0].max is to be a whole number"),
    ):
        for do in ("write", "try"):
            if (text, do) == ("[]", "try"):
                continue
            answer = room.post("/ops/rules", data={"word": word(room, "/ops/rules"), "rules": text, "do": do})
            assert answer.status_code == 422, text
            assert why in re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", " ", answer.text))).replace(" ,", ","), why
            assert "Input should" not in answer.text
            assert html.escape(text, quote=False).replace('"', "&#34;") in answer.text
    gone = room.post("/ops/rules/change", data={"word": word(room, "/ops/rules"), "id": "none", "do": "end"})
    assert gone.status_code == 404


def test_conflicts_of_rules_are_told_whenever_they_are_looked_at(room: TestClient, word: Word) -> None:
    """Not only where one is written; by the rules that they are of, so that what was saved is not told of others' trouble."""
    pinned = [{"id": "fine", "do": "pin", "ids": ["tops-2"]}, {"id": "first", "do": "pin", "ids": ["tops-1"]}, RULE]
    written = room.post("/ops/rules", data={"word": word(room, "/ops/rules"), "rules": json.dumps(pinned), "do": "write"}).text
    for text in (written, room.get("/ops/rules").text):
        start, *cards = html.unescape(text).split('<li id="rule:')
        told = ["'first' wants 'tops-1' shown, and 'no-tops-1' takes it away" in one for one in (start, *cards)]
        assert told == [False, False, True, True]
        assert "problem" not in start
        assert re.findall(r"not as meant: (.+)</p>", re.sub("<a[^>]+>|</a>", "", start)) == ["first, no-tops-1"]


def test_what_was_done_is_told_with_the_rules_that_it_was_done_to(room: TestClient, word: Word) -> None:
    """Each with a link to it while it is there, and as a release is served."""

    def told(path: str, **fields: str) -> str:
        text = room.post(path, data={"word": word(room, "/ops/rules"), **fields}).text
        return html.unescape("".join(re.findall(r'<p class="done" role="status" tabindex="-1" autofocus>(.*)</p>', text)))

    odd = {**RULE, "id": "a & b"}
    link = '<a href="#rule:a%20%26%20b">a & b</a>'
    assert told("/ops/rules", rules=json.dumps([RULE, odd]), do="write") == f'Saved: <a href="#rule:no-tops-1">no-tops-1</a>, {link}'
    assert told("/ops/rules/change", id="a & b", do="end") == f"Switched off: {link}"
    assert told("/ops/rules/change", id="a & b", do="resume") == f"Switched on: {link}"
    assert told("/ops/rules/change", id="a & b", do="remove") == "Removed: a & b"
    assert told("/ops/rules/restore", version="1", seen="4") == "The rules of an earlier version are in force again"
    assert told("/ops/rules/change", id="none", do="end") == ""
    before = re.search("<h2>Roll back to (.+)[?]</h2>", room.get("/ops/rollback").text)
    assert before
    assert told("/ops/rollback", release=before[1]) == "Another release serves now"


def test_an_address_of_nothing_leads_on(room: TestClient) -> None:
    """As it is written, and without what nobody tried to change."""
    for path, back in (("/ops/nope", '"/ops">Overview'), ("/ops/rules/nope", '"/ops/rules">Rules')):
        answer = room.get(path)
        assert answer.status_code == 404
        assert f"There is nothing at <code>{path}</code>." in answer.text
        assert f'<a class="button" href={back}</a>' in answer.text
        assert "Nothing was changed" not in answer.text
        assert "aria-current" not in answer.text


def test_experiments_have_their_report_and_what_stopped_them(room: TestClient, own: Path, key: str) -> None:
    """Attach rate and average order by variant, with intervals, as figures, too; before the first report, how to get one."""
    assert "There are none." in room.get("/ops/experiments").text
    asked = {
        "name": "new",
        "variants": [{"name": "old"}, {"name": "bold", "settings": {"diversity": 0.3}}, {"name": "mild"}],
        "note": "<b>why</b>",
    }
    asked["guardrails"] = [{"metric": "purchase", "direction": "down", "threshold": 0.05}]
    assert room.put("/experiments", json={"experiments": [asked]}, headers={"X-API-Key": key}).status_code == 200
    text = room.get("/ops/experiments").text
    assert "attire experiments report new" in text
    assert "bold: diversity 0.3" in text
    assert "<b>why" not in text
    file = ExperimentFile(own)
    means = {"click": 0.5, "attach": 0.25, "purchase": 0.2, "return": 0.0, "value": 8.0, "empty": 0.0}
    events = dict.fromkeys(means, 200)
    many = Tally(units=1_000, impressions=2_000, means=means, variances=means, events=events, before_stop=1_000, order_value=40.0)
    many = replace(many, unpriced=7, left_out=5)
    KeptReports(own).keep(report_of(file.book().named("new"), dict.fromkeys(("old", "bold", "mild"), many)))
    file.stop("new", "mild", "it sold less")
    time.sleep(LOOKED_S)
    text = html.unescape(room.get("/ops/experiments").text)
    assert "25.0 %" in text
    assert '40.00<br><span class="quiet">without 5 of no known price' in text
    assert "old: purchases without a price: 7, by 5 units, which count as the average order of the others that bought" in text
    assert ">undecided<" in text
    assert "it sold less" in text
    assert "diversity 0.3" in text
    assert "as the weights say" in text
    assert "purchase may go down by 5 %" in text
    figures = room.get("/metrics", headers={"X-API-Key": key}).text
    assert 'attire_variant_attach_rate{experiment="new",variant="bold"} 0.25' in figures
    assert 'attire_variant_order_value{experiment="new",variant="old"} 40.0' in figures
    assert 'attire_variant_units{experiment="new",variant="old"} 1000.0' in figures
    assert 'variant_units{experiment="new",variant="mild"}' not in figures
