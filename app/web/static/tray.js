// What is worn: a tile each, one press to take it out again.
import { byId, el, redraw } from "./dom.js";
import { itemOf } from "./known.js";
import { clear, onChange, outfit, picture as photoOf, remove } from "./outfit.js";
import { openPhoto } from "./photo.js";
import { picture, sumOf, titleOf } from "./tile.js";

let drawing = 0;

async function draw({ items }) {
  const mine = ++drawing;
  const worn = await Promise.all(
    items.map(({ id, photo, category }) => (id ? itemOf(id) : { category, title: `your own ${category}`, image_url: photoOf(photo) })),
  );
  if (mine !== drawing) return;
  redraw(byId("tray"), [...worn.map((item, place) => wornTile(item, items[place].name)), own(items.length)]);
  const [count, sum] = [`${items.length} ${items.length === 1 ? "piece" : "pieces"}`, sumOf(worn)];
  byId("tally").textContent = items.length ? [count, sum].filter(Boolean).join(" · ") : "";
  byId("clear").hidden = !items.length;
}

function wornTile(item, name) {
  const press = { onclick: () => remove(name), title: "Take it out", ariaLabel: `Take out ${titleOf(item)}` };
  const button = el("button", { type: "button", className: "remove", ...press }, "×");
  button.dataset.name = name;
  return el("li", { title: titleOf(item) }, picture(item), button);
}

function own(count) {
  const words = el("span", {}, count ? "your own" : "or a photo of your own");
  const press = { onclick: () => openPhoto(), ariaLabel: "Add a photo of your own" };
  const button = el("button", { type: "button", className: "own", ...press }, el("b", {}, "+"), words);
  button.dataset.name = "own";
  const lead = count ? null : el("p", {}, "Start with one piece from the catalogue");
  return el("li", { className: count ? "" : "start" }, lead, button);
}

export function startTray() {
  byId("clear").onclick = () => {
    clear();
    byId("outfit-title").focus({ preventScroll: true });
  };
  onChange(draw);
  draw(outfit());
}
