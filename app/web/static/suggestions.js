// What completes the outfit: a row of suggestions for each missing slot, and one button that fills them all.
import { latest } from "./api.js";
import { expectBoard, showBoard, showCompletion } from "./board.js";
import { complete, left } from "./completing.js";
import { byId, el, notice, redraw } from "./dom.js";
import { again, base, filter, onChange, outfit } from "./outfit.js";
import { isOwn, regard, user } from "./shopper.js";
import { allOf, inAll, tile } from "./tile.js";
import { emptiness, goes, kind, notes, understood } from "./words.js";

const PER_SLOT = 6;
const LOOKS = 4;
const TYPING_MS = 300;
const DONE = {
  well: ["This look is complete.", "Swap a piece, or put it all into your bag."],
  hardly: ["All pieces are there, but they hardly go together.", "Swap one for another that suits the rest."],
  clash: ["All pieces are there, but two of them do not go together.", "Swap one of the two for another that suits the rest."],
};
const common = new Map(); // what anybody is shown for an outfit

const tell = (problem, retry) => {
  byId("suggestions-notice").replaceChildren(...(problem ? [notice(problem, retry && again)] : []));
  if (problem) nothing();
};

function nothing() {
  byId("outfit").dataset.complete = "false";
  show([]);
  showBoard(null);
  showCompletion(null);
  say({});
}

function say(answer, mine) {
  byId("understood").textContent = understood(answer.text);
  byId("for-whom").textContent = regard(answer, mine);
}

const suggest = latest(async (ask, { items, budget }) => {
  const rows = byId("suggestions");
  if (!items.length) {
    nothing();
    return;
  }
  rows.ariaBusy = "true";
  const whole = base(items).length === items.length;
  if (whole && !rows.querySelector(".slot")) expectBoard();
  const answer = await complete(ask, items, { k: PER_SLOT, looks: whole ? LOOKS : 1 });
  if (whole) showBoard(answer, items, await left(items));
  showCompletion(answer);
  byId("outfit").dataset.complete = String(Boolean(answer.complete));
  const mine = ofOnesOwn(answer);
  const told = [...new Set(answer.slots.filter(({ items: some }) => some.length).flatMap(notes))];
  const everywhere = answer.slots.length > 1 ? told : [];
  const note = everywhere.length ? [el("p", { className: "note" }, everywhere.join(" "))] : [];
  const lost = answer.complete || answer.slots.length ? [] : [unsure(answer)];
  const apt = answer.slots.filter(({ items: some }) => !some.length || some.some(goes));
  const none = answer.slots.length > 0 && !apt.length;
  byId("suggestions-title").hidden = none;
  show(answer.complete ? done() : none ? [unfit()] : [...lost, ...note, ...apt.map((slot) => slotRow(slot, { budget, mine, alone: !everywhere.length }))]);
  say(answer, mine.size);
}, tell);

// The suggestions that not everybody is shown; none where that is not known.
function ofOnesOwn(answer) {
  const ids = answer.slots.flatMap(({ items }) => items.map(({ id }) => id));
  if (!user()) common.set(location.hash, new Set(ids));
  const everybodys = common.get(location.hash);
  return new Set(isOwn(answer) && everybodys ? ids.filter((id) => !everybodys.has(id)) : []);
}

// All that could be said of a look without a gap; the verdict, which may come later, decides what is shown.
const done = () => Object.entries(DONE).map(([together, [said, more]]) => el("div", { className: `done ${together}` }, el("p", {}, el("b", {}, said)), el("p", { className: "note" }, more)));

const unfit = () => el("p", { className: "note" }, "Nothing here goes with these as they are. Swap one, or take it out.");

function unsure({ why_not: reason }) {
  console.info(reason);
  return el("p", { className: "note" }, "The shop cannot tell yet what goes with this. Add a piece that you like yourself.");
}

function slotRow(slot, { budget, mine, alone }) {
  const { category, items } = slot;
  const said = items.length ? (alone ? notes(slot) : []) : [emptiness(slot, { budget })];
  const note = said.length ? el("p", { className: "note", dir: "auto" }, said.join(" ")) : null;
  const tiles = items.map((item) => {
    const one = tile(item, `suggested ${item.id}`, { rated: !inAll(items) });
    if (mine.has(item.id)) one.firstChild.append(el("span", { className: "badge own-taste" }, "for you"));
    return one;
  });
  const row = tiles.length ? el("ul", { className: "row", ariaLabel: kind(category) }, ...tiles) : null;
  return el("div", { className: "slot" }, el("div", { className: "heading" }, el("h3", { dir: "auto" }, kind(category)), allOf(items)), note, row);
}

function show(rows) {
  redraw(byId("suggestions"), rows);
  byId("suggestions").ariaBusy = "false";
}

export function startSuggestions() {
  const [budget, soldOut, wishes] = [byId("budget"), byId("sold-out"), byId("wishes")];
  let typing;
  const limited = () => {
    clearTimeout(typing);
    if (!budget.reportValidity()) return; // below zero, or no number: the browser says so, and the limit stays as it was
    filter({ budget: budget.value === "" ? null : budget.valueAsNumber });
  };
  budget.oninput = () => {
    clearTimeout(typing);
    typing = setTimeout(limited, TYPING_MS);
  };
  budget.onchange = limited; // at once when the field is left, before what is pressed next redraws it
  budget.form.onsubmit = (event) => event.preventDefault();
  wishes.onchange = () => filter({ wishes: wishes.value.trim() }); // on Enter, or when the field is left: half a wish is another one
  soldOut.onchange = () => filter({ soldOut: soldOut.checked });
  const follow = (now) => {
    if (document.activeElement !== budget) budget.value = now.budget ?? "";
    soldOut.checked = now.soldOut;
    if (document.activeElement !== wishes) wishes.value = now.wishes;
    suggest(now);
  };
  onChange(follow);
  follow(outfit());
}
