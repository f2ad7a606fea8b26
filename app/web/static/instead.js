// What could be worn in place of a piece, for the rest of the outfit.
import { latest } from "./api.js";
import { complete } from "./completing.js";
import { byId, el, icon, notice, say } from "./dom.js";
import { LIKE_IT, know, wellTold } from "./known.js";
import { asked, onChange, outfit, swap } from "./outfit.js";
import { allOf, blanks, inAll, tile, titleOf } from "./tile.js";
import { pieceOf } from "./tray.js";
import { emptiness, kind } from "./words.js";

const OTHERS = 12;
let open = null; // the name of the piece

export function openInstead(name) {
  const again = open === name;
  close();
  if (!again) show(name);
}

function close() {
  open = null;
  list.stop();
  byId("instead").replaceChildren();
}

async function show(name, fresh = true) {
  open = name;
  const worn = outfit().items.find((item) => item.name === name);
  const item = await pieceOf(worn);
  if (open !== name) return;
  const title = el("h3", { id: "instead-title", tabIndex: -1 }, "Instead of ", el("bdi", {}, titleOf(item)));
  const done = el("button", { type: "button", className: "round", ariaLabel: "Keep it as it is", onclick: leave }, icon("close"));
  byId("instead").replaceChildren(el("div", { className: "heading" }, title, done), el("ul", { className: "row" }, ...blanks(6)));
  if (fresh) title.focus({ preventScroll: true });
  list(worn, item);
}

// Back to where it was opened from.
function leave() {
  const name = CSS.escape(`instead ${open}`);
  close();
  document.querySelector(`#tray [data-name="${name}"]`)?.focus({ preventScroll: true });
}

const list = latest(async (ask, worn, { category }) => {
  const rest = outfit().items.filter(({ name }) => name !== worn.name);
  const slot = rest.length ? await fitting(ask, rest, category, worn.id) : await alike(ask, worn);
  const tiles = slot.items.map((item) => tile(item, `instead ${item.id}`, { does: "Swap for", wear: () => take(worn.name, item), rated: !inAll(slot.items) }));
  const row = tiles.length ? el("ul", { className: "row", ariaLabel: `Other ${kind(category)}` }, ...tiles) : el("p", { className: "note" }, emptiness(slot, outfit()));
  byId("instead").lastChild.replaceWith(row);
  byId("instead-title").after(allOf(slot.items));
}, (problem, retry) => problem && byId("instead").lastChild?.replaceWith(notice(problem, retry)));

async function fitting(ask, rest, category, id) {
  const { slots } = await complete(ask, rest, { k: OTHERS, slots: [{ category }], exclude: id ? [id] : [] });
  return slots[0];
}

// With nothing else worn there is nothing to go with: what looks like it.
async function alike(ask, { id, category, ...photo }) {
  const [piece] = asked([{ id, category, ...photo }]);
  const { items } = await ask("/similar-items", { ...(id ? { id } : { image: piece.image, category }), k: OTHERS, ...LIKE_IT });
  const told = await Promise.all(items.map((item) => wellTold(ask, item)));
  told.forEach(know);
  return { category, items: told };
}

function take(name, item) {
  close();
  swap(name, item.id);
  say(`${titleOf(item)} is in its place.`);
  byId("outfit-title").focus({ preventScroll: true });
}

export function startInstead() {
  byId("outfit").addEventListener("keydown", ({ key, isComposing }) => key === "Escape" && !isComposing && open && leave());
  onChange(({ items }) => {
    if (!open) return;
    if (items.some(({ name }) => name === open)) show(open, false);
    else close();
  });
}
