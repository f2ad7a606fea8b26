// The catalogue: chips, search by words or by a photo, filters, pages.
import { latest } from "./api.js";
import { byId, counted, el, notice, number, redraw, say } from "./dom.js";
import { chosenFilters, sortedBy, startFilters } from "./filters.js";
import { know } from "./known.js";
import { followTyping, narrow, narrowing, onNarrow } from "./narrowing.js";
import { onChange, outfit } from "./outfit.js";
import { blanks, mark, tile } from "./tile.js";
import { kind, opening, readAs } from "./words.js";

const PAGE = 24;
const EARLY = 6; // tiles that are seen before anybody scrolls
const FIELDS = "title,subcategory,attributes,price,sale_price,currency,brand,in_stock,image_url,thumbnail_url";
const TYPING_MS = 200;
let shown = [];
let total = 0;

const words = () => narrowing().get("q") ?? "";
const category = () => narrowing().get("category");

const tell = (problem, retry) => {
  if (problem && /unknown-category$/.test(problem.type)) return void narrow({ category: "" }, { again: true }); // a link of before
  byId("catalogue-notice").replaceChildren(...(problem ? [notice(problem, retry)] : []));
  if (problem) byId("items").replaceChildren(...shown.map((item) => tile(item)));
};

function narrowed(asked) {
  const query = new URLSearchParams({ ...asked, grouped: true });
  if (words()) query.set("q", words());
  const filters = chosenFilters();
  if (filters) query.set("filters", JSON.stringify(filters));
  return query;
}

const turn = latest(async (ask, offset) => {
  showAlike.stop();
  const query = narrowed({ limit: PAGE, offset, mixed: true, fields: FIELDS });
  if (category()) query.set("category", category());
  if (sortedBy()) {
    query.delete("mixed");
    query.set("sort", sortedBy());
  }
  byId("by-likeness").hidden = true;
  if (!offset) {
    shown = [];
    byId("more").hidden = true;
    byId("items").replaceChildren(...blanks(PAGE));
  }
  const page = await ask(`/items?${query}`);
  page.items.forEach(know);
  shown = [...shown, ...page.items];
  total = page.total;
  byId("read-as").textContent = readAs(page);
  draw();
}, tell);

// What most pieces of a category are worn as.
const roles = new Map();
let known;
const rolesKnown = new Promise((resolve) => (known = resolve));
export const rolesOf = () => rolesKnown.then(() => roles);

const loadCategories = latest(async (ask) => {
  const { categories } = await ask("/categories?grouped=true&roles=true");
  for (const { name, role } of categories) roles.set(name, role);
  known();
  categories.sort((one, other) => other.count - one.count);
  const options = categories.map(({ name }) => el("option", { value: name }, opening(kind(name))));
  byId("photo-category").replaceChildren(el("option", { value: "" }, "choose…"), ...options);
  const all = categories.reduce((sum, { count }) => sum + count, 0);
  byId("chips").replaceChildren(chip(null, "All", all), ...categories.map(({ name, count }) => chip(name, opening(kind(name)), count)));
  showPressed();
  byId("chips").dataset.of = `${narrowed({})}`;
  if (words() || chosenFilters()) recount(narrowed({}));
}, (problem, retry) => {
  if (!problem) return;
  known();
  tell(problem, retry && (() => [retry(), turn(0)]));
});

// How many pieces of each category words and filters leave; those of which they leave none go.
const recount = latest(async (ask, asked) => {
  const { categories } = await ask(`/categories?${asked}`);
  const counts = new Map(categories.map(({ name, count }) => [name, count]));
  counts.set(null, categories.reduce((sum, { count }) => sum + count, 0));
  for (const button of byId("chips").children) {
    const count = counts.get(button.category) ?? 0;
    button.lastChild.textContent = count;
    button.hidden = !count && button.category !== null && button.category !== category();
  }
  byId("chips").classList.toggle("narrowed", Boolean(words() || chosenFilters()));
}, () => {});

function chip(name, label, count) {
  const pressed = String(name === category());
  const button = el("button", { type: "button", className: "chip", ariaPressed: pressed }, el("span", {}, label), " ", el("small", {}, String(count)));
  button.category = name;
  button.onclick = () => narrow({ category: name }) || turn(0);
  return button;
}

// In its line, which on a phone shows some of them.
function showPressed() {
  const box = byId("chips");
  const { left, right } = box.getBoundingClientRect();
  const chosen = box.querySelector("[aria-pressed=true]")?.getBoundingClientRect();
  if (!chosen) return;
  box.scrollBy(Math.max(0, chosen.right - right) + Math.min(0, chosen.left - left), 0);
}

function draw() {
  const early = outfit().view ? 0 : EARLY; // a piece that is looked at lies before them, and its picture comes first
  redraw(byId("items"), shown.map((item, place) => tile(item, undefined, { early: place < early })));
  byId("more").hidden = shown.length >= total;
  byId("more").textContent = `More (${number(total - shown.length)})`;
  byId("found").textContent = counted(total, "piece");
  if (total) return;
  const sought = chosenFilters() ? "Nothing here is like that. Take a filter away to see more." : words() ? `We found nothing for “${words()}”.` : "There is nothing here yet.";
  const back = words() || chosenFilters() || category() ? el("button", { type: "button", className: "line", onclick: showAll }, "Show everything") : null;
  byId("items").replaceChildren(el("li", { className: "empty" }, el("p", { dir: "auto" }, sought), back));
}

// Without words, filters and a category; the field of the words is where one goes on.
function showAll() {
  byId("narrow").reset();
  narrow({ category: "" }, { again: true });
  byId("words").focus();
}

// What looks like a photo, in place of the pages.
export const showAlike = latest(async (ask, dataUrl, category) => {
  turn.stop();
  byId("items").replaceChildren(...blanks(PAGE));
  byId("more").hidden = true;
  const { items } = await ask("/similar-items", { image: { base64: dataUrl }, k: PAGE, ...(category ? { category } : { all_categories: true }) });
  items.forEach(know);
  [shown, total] = [items, items.length];
  byId("read-as").textContent = "";
  draw();
  byId("by-likeness").hidden = false;
  byId("likeness").src = dataUrl;
  say(`${counted(total, "piece")} that look like your photo.`);
  byId("catalogue-title").focus({ preventScroll: true });
}, tell);

export function startCatalogue() {
  const field = byId("words");
  const search = followTyping(field, "q", TYPING_MS, () => field.value.trim());
  const show = () => {
    if (field.value.trim() !== words()) field.value = words();
  };
  startFilters();
  byId("unlike").onclick = () => {
    turn(0);
    byId("words").focus();
  };
  field.form.onsubmit = (event) => {
    event.preventDefault();
    search();
  };
  byId("more").onclick = () => turn(shown.length);
  onChange(({ items }) => {
    const worn = new Set(items.map(({ id }) => id));
    for (const button of document.querySelectorAll(".wear[aria-pressed]")) mark(button, worn.has(button.dataset.id));
  });
  onNarrow(() => {
    for (const button of byId("chips").children) button.ariaPressed = String(button.category === category());
    showPressed();
    show();
    turn(0);
    const asked = `${narrowed({})}`;
    if (asked !== byId("chips").dataset.of) recount(asked);
    byId("chips").dataset.of = asked;
  });
  show();
  loadCategories();
  turn(0);
}
