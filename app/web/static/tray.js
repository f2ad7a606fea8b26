// What is worn: each piece can be looked at, kept, swapped, or taken off.
import { bagAll } from "./drawer.js";
import { byId, counted, el, icon, redraw } from "./dom.js";
import { openInstead } from "./instead.js";
import { itemOf } from "./known.js";
import { clear, keep, look, onChange, outfit, picture as photoOf, remove } from "./outfit.js";
import { openPhoto } from "./photo.js";
import { picture, titleOf, totalOf } from "./tile.js";
import { called } from "./words.js";

let drawing = 0;

// A piece of the outfit as an item; one of the shopper's own has no price.
export const pieceOf = ({ id, photo, category }) => (id ? itemOf(id) : { category, title: `your own ${called({ category })}`, image_url: photoOf(photo) });

async function draw({ items }) {
  const mine = ++drawing;
  const worn = await Promise.all(items.map(pieceOf));
  if (mine !== drawing) return;
  redraw(byId("tray"), [...worn.map((item, place) => wornTile(item, items[place])), own(items.length)]);
  byId("tally").textContent = items.length ? [counted(items.length, "piece"), totalOf(worn)].filter(Boolean).join(" · ") : "";
  byId("clear").hidden = !items.length;
  const there = worn.filter(({ id, gone, in_stock: had }) => id && !gone && had !== false);
  byId("bag-all").hidden = !there.length;
  byId("bag-all").textContent = there.length > 1 ? "Add all to bag" : "Add to bag";
}

function wornTile(item, { name, id, kept }) {
  const title = titleOf(item);
  const soldOut = item.in_stock === false;
  const button = (kind, sign, label, press, more = {}) => {
    const one = el("button", { type: "button", className: kind, ariaLabel: `${label} ${title}`, title: label, onclick: press, ...more }, icon(sign));
    one.dataset.name = `${kind} ${name}`;
    return one;
  };
  const open = el("button", { type: "button", className: "open", onclick: () => look(id), disabled: !id || Boolean(item.gone) }, el("span", { className: "unseen" }, "Look at "), picture(item, "8rem"), ...(soldOut ? [el("span", { className: "unseen" }, ", "), el("span", { className: "badge" }, "sold out")] : []));
  open.dataset.name = `open ${name}`;
  const lock = button("lock", kept ? "kept" : "free", "Keep", () => keep(name, !kept), { ariaPressed: String(kept), title: "Keep it when another look is chosen" });
  const tools = [lock, button("instead", "swap", "Swap", () => openInstead(name)), button("remove", "close", "Take out", () => remove(name))];
  return el("li", { title }, open, el("div", { className: "tools" }, ...(item.gone ? tools.slice(2) : id ? tools : tools.slice(1))));
}

function own(count) {
  const sign = el("b", { ariaHidden: "true" }, "+");
  const button = el("button", { type: "button", className: "own", onclick: () => openPhoto() }, sign, el("span", {}, "Add a photo of your own"));
  button.dataset.name = "own";
  const lead = count ? null : el("p", {}, "Start with one piece from the catalogue");
  return el("li", { className: count ? "" : "start" }, lead, button);
}

export function startTray() {
  byId("clear").onclick = () => {
    clear();
    byId("outfit-title").focus({ preventScroll: true });
  };
  byId("bag-all").onclick = async () => bagAll(await Promise.all(outfit().items.map(pieceOf)));
  onChange(draw);
  addEventListener("online", () => draw(outfit()));
  draw(outfit());
}
