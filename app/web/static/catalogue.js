// The catalogue: chips, search, pages. Pressing an item puts it into the outfit, pressing it again takes it out.
import { latest } from "./api.js";
import { byId, el, notice, redraw } from "./dom.js";
import { add, nameOf, onChange, outfit, remove } from "./outfit.js";
import { blanks, tile } from "./tile.js";
import { know } from "./known.js";

const PAGE = 24;
const FIELDS = "title,price,sale_price,currency,brand,in_stock,image_url,thumbnail_url";
const TYPING_MS = 200;
const chosen = { category: null, words: "" };
let shown = [];
let total = 0;

const tell = (problem, retry) => {
  byId("catalogue-notice").replaceChildren(...(problem ? [notice(problem, retry)] : []));
  if (problem) byId("items").replaceChildren(...shown.map(drawn));
};

const turn = latest(async (ask, offset) => {
  const query = new URLSearchParams({ limit: PAGE, offset, mixed: true, fields: FIELDS });
  if (chosen.category !== null) query.set("category", chosen.category);
  if (chosen.words) query.set("q", chosen.words);
  if (!offset) {
    shown = [];
    byId("more").hidden = true;
    byId("items").replaceChildren(...blanks(PAGE));
  }
  const page = await ask(`/items?${query}`);
  page.items.forEach(know);
  shown = [...shown, ...page.items];
  total = page.total;
  byId("read-as").textContent = page.fallback ?? "";
  draw();
}, tell);

const loadCategories = latest(async (ask) => {
  const { categories } = await ask("/categories");
  const options = categories.map(({ name }) => el("option", { value: name }, name));
  byId("photo-category").replaceChildren(el("option", { value: "" }, "choose…"), ...options);
  const all = categories.reduce((sum, { count }) => sum + count, 0);
  byId("chips").replaceChildren(chip(null, "all", all), ...categories.map(({ name, count }) => chip(name, name, count)));
}, (problem, retry) => problem && tell(problem, retry && (() => [retry(), turn(0)])));

function chip(category, label, count) {
  const pressed = String(category === chosen.category);
  const button = el("button", { type: "button", className: "chip", ariaPressed: pressed }, label, " ", el("small", {}, String(count)));
  button.onclick = () => {
    chosen.category = category;
    for (const other of byId("chips").children) other.ariaPressed = String(other === button);
    turn(0);
  };
  return button;
}

function drawn(item) {
  const name = nameOf(item.id);
  const worn = () => outfit().items.some((one) => one.name === name);
  return tile(item, name, () => (worn() ? remove(name) : add(item.id)), { ariaPressed: String(worn()) });
}

function draw() {
  redraw(byId("items"), shown.map(drawn));
  byId("more").hidden = shown.length >= total;
  byId("more").textContent = `More (${(total - shown.length).toLocaleString()})`;
  byId("found").textContent = `${total.toLocaleString()} items`;
  if (total) return;
  const sought = chosen.words ? `Nothing here is called “${chosen.words}”.` : "There is nothing here yet.";
  byId("items").replaceChildren(el("li", { className: "empty", dir: "auto" }, sought));
}

function markWorn({ items }) {
  const worn = new Set(items.map(({ name }) => name));
  for (const button of byId("items").querySelectorAll("button")) button.ariaPressed = String(worn.has(button.dataset.name));
}

export function startCatalogue() {
  let typing;
  byId("words").oninput = () => {
    clearTimeout(typing);
    typing = setTimeout(search, TYPING_MS);
  };
  byId("words").form.onsubmit = (event) => {
    event.preventDefault();
    clearTimeout(typing);
    search();
  };
  byId("more").onclick = () => turn(shown.length);
  onChange(markWorn);
  loadCategories();
  turn(0);
}

function search() {
  const words = byId("words").value.trim();
  if (words === chosen.words) return;
  chosen.words = words;
  turn(0);
}
