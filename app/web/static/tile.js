// One item as a picture with its brand, title and price; where there is no picture, its words take the picture's place.
import { el, percent, price } from "./dom.js";
import { add, look, nameOf, remove, wears } from "./outfit.js";
import { called, goes, kind, opening, together } from "./words.js";

const WIDTHS = [128, 256, 384, 512]; // of the service's thumbnails; the screen's density decides
const SIZES = devicePixelRatio > 2 ? "7.3rem" : "auto, 12rem"; // of a phone's three pixels a point, two are seen

// With a capital; without a title, what it is, as far as it is told.
export const titleOf = (item) => opening(item.title || called(item));

// Its brand, unless the title begins with it.
export const brandOf = ({ brand, title }) => (brand && !`${title} `.startsWith(`${brand} `) ? brand : "");

// What it costs now: the sale price, where that is less.
export const paid = (item) => (onSale(item) ? item.sale_price : (item.price ?? item.sale_price));
const onSale = ({ price: full, sale_price: sale }) => typeof full === "number" && typeof sale === "number" && sale < full;

// What items cost together, in each currency; nothing where that is not known. `lines` say how many of each.
export function totalOf(items, lines = []) {
  const sums = new Map();
  for (const [place, item] of items.entries()) {
    if (typeof paid(item) !== "number") continue;
    sums.set(item.currency, (sums.get(item.currency) ?? 0) + (lines[place]?.count ?? 1) * paid(item));
  }
  return [...sums].map(([currency, amount]) => price(amount, currency)).join(" + ");
}

// Of an item whose sizes are items, none of them is left.
export const soldOut = ({ sizes, in_stock: there }) => (sizes?.some(({ id }) => id) ? sizes.every((one) => one.in_stock === false) : there === false);

// The item that is bought in a size: of its own, where each size is an item.
export const inSize = (item, size) => ({ ...item, id: item.sizes?.find((one) => one.size === size)?.id ?? item.id });

export function priceOf(item) {
  if (typeof paid(item) !== "number") return null;
  const now = el("span", { className: "now" }, price(paid(item), item.currency));
  if (!onSale(item)) return el("span", { className: "price" }, now);
  const before = el("s", {}, el("span", { className: "unseen" }, "was "), price(item.price, item.currency));
  return el("span", { className: "price sale" }, now, " ", before);
}

export const widthsOf = (item) => WIDTHS.map((width) => `${item.thumbnail_url.replace(/width=\d+/, `width=${width}`)} ${width}w`).join(", ");

// `early` is one that is seen before anybody scrolls.
export function picture(item, sizes = SIZES, early = false) {
  const frame = el("span", { className: "frame" });
  const title = el("span", { dir: "auto" }, titleOf(item));
  const words = () => el("span", { className: "no-picture" }, el("b", {}, opening(kind(item.category ?? ""))), title);
  if (!item.image_url) {
    frame.append(words());
    return frame;
  }
  const image = el("img", { alt: titleOf(item), loading: early ? "eager" : "lazy", fetchPriority: early ? "high" : "auto", decoding: "async", draggable: false });
  image.onerror = () => frame.replaceChildren(words());
  if (item.thumbnail_url) {
    image.sizes = early ? sizes.replace("auto, ", "") : sizes; // only what is lazy may be `auto`
    image.srcset = widthsOf(item);
  }
  image.src = item.thumbnail_url ?? item.image_url;
  frame.append(image);
  return frame;
}

// Pressing a tile opens the piece; its round button puts it on, or takes it off. `wear`, if given, is done instead,
// by pressing the tile, too. `rated`: with its match.
export function tile(item, name = nameOf(item.id), { wear, does = "Wear", early = false, rated = true } = {}) {
  const gone = soldOut(item);
  const button = el(
    "button",
    { type: "button", className: gone ? "tile gone" : "tile", title: wear ? `${does} ${titleOf(item)}` : titleOf(item), onclick: wear ?? (() => look(item.id)) },
    picture(item, SIZES, early),
    gone ? el("span", { className: "badge" }, "sold out") : null,
    el("span", { className: "title", dir: "auto", ariaHidden: String(Boolean(item.image_url)) }, item.image_url ? titleOf(item) : ""),
    el("span", { className: "brand", dir: "auto" }, brandOf(item)),
    el("span", { className: "facts" }, priceOf(item), rated ? match(item) : null),
  );
  button.dataset.name = name;
  return el("li", { className: "piece" }, button, wearing(item, name, wear, does));
}

// How well what is worn goes together with it, where an answer tells.
export const figure = ({ probability }) => (typeof probability === "number" ? `${percent(probability)} match` : "");
const match = (item) => figure(item) && el("span", { className: goes(item) ? "match" : "match poor" }, figure(item));

// The same of all of these, in words, where one figure would stand at each; nothing where figures tell them apart.
export function inAll(some) {
  const [said, ...others] = new Set(some.map(figure));
  return said && !others.length ? together(some[0].probability) : "";
}

// How well all of these go with the outfit, where that is the same.
export function allOf(items) {
  const said = inAll(items).replace("together", "with it");
  return said && el("p", { className: "note" }, items.length > 1 ? `each ${said}` : said);
}

function wearing(item, name, wear, does) {
  const press = wear ?? (() => (wears(item.id) ? remove(nameOf(item.id)) : add(item.id)));
  const button = el("button", { type: "button", className: "wear", onclick: press, ariaLabel: `${does} ${titleOf(item)}` });
  if (!wear) mark(button, wears(item.id));
  button.dataset.id = item.id;
  button.dataset.name = `wear ${name}`;
  return button;
}

export const mark = (button, worn) => (button.ariaPressed = String(worn));

// A line of words that are still to come.
export const line = (className) => el("span", { className }, "\u00a0");
const blank = () => el("li", { className: "blank", ariaHidden: "true" }, el("span", { className: "frame" }), line("title"), line("brand"), line("facts"));
export const blanks = (count) => Array.from({ length: count }, blank);
