// What completes the outfit: a row of suggestions for each missing slot, and one button that fills them all.
import { latest } from "./api.js";
import { byId, el, notice, redraw } from "./dom.js";
import { know } from "./known.js";
import { add, again, asked, filter, onChange, outfit } from "./outfit.js";
import { blanks, sumOf, tile } from "./tile.js";

const PER_SLOT = 6;
const TYPING_MS = 300;
let look = [];

const tell = (problem, retry) => {
  byId("suggestions-notice").replaceChildren(...(problem ? [notice(problem, retry && again)] : []));
  if (problem) show([], null);
  if (problem) byId("understood").textContent = "";
};

const suggest = latest(async (ask, { items, maxPrice, soldOut, wishes }) => {
  const rows = byId("suggestions");
  if (!items.length) {
    show([], null);
    byId("understood").textContent = "";
    return;
  }
  rows.ariaBusy = "true";
  byId("complete").disabled = true;
  if (!rows.querySelector(".slot")) {
    rows.replaceChildren(el("div", { className: "slot" }, el("ul", { className: "row" }, ...blanks(PER_SLOT))));
  }
  const filters = { ...(maxPrice !== null && { price: { max: maxPrice } }), ...(soldOut && { in_stock: null }) };
  const answer = await ask("/complete-outfit", { items: asked(items), k: PER_SLOT, looks: 1, filters, ...(wishes && { text: wishes }) });
  answer.slots.flatMap((slot) => slot.items).forEach(know);
  const complete = el("p", { className: "empty" }, "Your look is complete: nothing is missing.");
  show(answer.complete ? [complete] : answer.slots.map(slotRow), answer.looks[0]);
  byId("understood").textContent = understood(answer.text);
}, tell);

// What was understood of the wishes, in their own words; and what was not.
function understood(text) {
  const { constraints = [], direction, ignored = [] } = text ?? {};
  const kept = [...constraints.map(({ said }) => `“${said}”`), ...(direction ? [`towards “${direction}”`] : [])];
  return [kept.length ? `Understood: ${kept.join(", ")}.` : "", ignored.length ? `Not understood: ${ignored.join(", ")}.` : ""].join(" ").trim();
}

function slotRow({ category, items, fallback }) {
  const note = fallback ? el("p", { className: "note", dir: "auto" }, fallback) : null;
  const tiles = items.map((item) => tile(item, `suggested ${item.id}`, () => add(item.id)));
  const row = tiles.length ? el("ul", { className: "row", ariaLabel: category }, ...tiles) : null;
  return el("div", { className: "slot" }, el("h3", { dir: "auto" }, category), note, row);
}

function show(rows, best) {
  look = best?.items ?? [];
  redraw(byId("suggestions"), rows);
  byId("suggestions").ariaBusy = "false";
  const button = byId("complete");
  button.disabled = !look.length;
  const sum = typeof best?.price === "number" ? sumOf(look) : "";
  const more = sum ? el("small", {}, `+ ${sum}`) : null;
  button.replaceChildren("Complete the look", ...(more ? [" ", more] : []));
}

export function startSuggestions() {
  const [maxPrice, soldOut, wishes] = [byId("max-price"), byId("sold-out"), byId("wishes")];
  let typing;
  const priced = () => {
    clearTimeout(typing);
    if (!maxPrice.reportValidity()) return; // below zero, or no number: the browser says so, and the limit stays as it was
    filter({ maxPrice: maxPrice.value === "" ? null : maxPrice.valueAsNumber });
  };
  maxPrice.oninput = () => {
    clearTimeout(typing);
    typing = setTimeout(priced, TYPING_MS);
  };
  maxPrice.onchange = priced; // at once when the field is left, before what is pressed next redraws it
  maxPrice.form.onsubmit = (event) => event.preventDefault();
  wishes.onchange = () => filter({ wishes: wishes.value.trim() }); // on Enter, or when the field is left: half a wish is another one
  soldOut.onchange = () => filter({ soldOut: soldOut.checked });
  byId("complete").onclick = () => {
    add(...look.map(({ id }) => id));
    byId("outfit-title").focus({ preventScroll: true });
  };
  const follow = (now) => {
    if (document.activeElement !== maxPrice) maxPrice.value = now.maxPrice ?? "";
    soldOut.checked = now.soldOut;
    if (document.activeElement !== wishes) wishes.value = now.wishes;
    suggest(now);
  };
  onChange(follow);
  follow(outfit());
}
