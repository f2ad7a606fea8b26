// One item as a picture with its brand, title and price; where there is no picture, its words take the picture's place.
import { el, percent, price } from "./dom.js";

const WIDTHS = [128, 256, 384, 512]; // of the service's thumbnails; the screen's density decides

export const titleOf = (item) => item.title || `Untitled ${item.category ?? "item"}`;

// What it costs now: the sale price, where that is less.
export const paid = (item) => (onSale(item) ? item.sale_price : (item.price ?? item.sale_price));
const onSale = ({ price: full, sale_price: sale }) => typeof full === "number" && typeof sale === "number" && sale < full;

// What items cost together; nothing where that is not known, or would add different currencies.
export function sumOf(items) {
  const amounts = items.map(paid).filter((amount) => typeof amount === "number");
  const currencies = new Set(items.filter((item) => typeof paid(item) === "number").map(({ currency }) => currency));
  return amounts.length && currencies.size === 1 ? price(amounts.reduce((all, one) => all + one, 0), [...currencies][0]) : "";
}

function priceOf(item) {
  if (typeof paid(item) !== "number") return null;
  const now = el("span", { className: "now" }, price(paid(item), item.currency));
  if (!onSale(item)) return el("span", { className: "price" }, now);
  const before = el("s", {}, el("span", { className: "unseen" }, "was "), price(item.price, item.currency));
  return el("span", { className: "price sale" }, now, " ", before);
}

export function picture(item) {
  const frame = el("span", { className: "frame" });
  const title = el("span", { dir: "auto" }, titleOf(item));
  const words = () => el("span", { className: "no-picture" }, el("b", {}, item.category ?? ""), title);
  if (!item.image_url) {
    frame.append(words());
    return frame;
  }
  const image = el("img", { alt: titleOf(item), loading: "lazy", decoding: "async", draggable: false });
  image.onerror = () => frame.replaceChildren(words());
  if (item.thumbnail_url) {
    image.sizes = "auto, 10rem";
    image.srcset = WIDTHS.map((width) => `${item.thumbnail_url.replace(/width=\d+/, `width=${width}`)} ${width}w`).join(", ");
  }
  image.src = item.thumbnail_url ?? item.image_url;
  frame.append(image);
  return frame;
}

// A tile that does something when pressed; `told` are further attributes of its button.
export function tile(item, name, press, told = {}) {
  const match = { className: "match", title: "how well the outfit goes together with it" };
  const soldOut = item.in_stock === false;
  const facts = [
    priceOf(item),
    typeof item.probability === "number" ? el("span", match, percent(item.probability)) : null,
  ];
  const button = el(
    "button",
    { type: "button", className: soldOut ? "tile gone" : "tile", title: titleOf(item), onclick: press, ...told },
    picture(item),
    soldOut ? el("span", { className: "badge" }, "sold out") : null,
    item.brand ? el("span", { className: "brand", dir: "auto" }, item.brand) : null,
    item.image_url ? el("span", { className: "title", dir: "auto", ariaHidden: "true" }, titleOf(item)) : null,
    el("span", { className: "facts" }, ...facts),
  );
  button.dataset.name = name;
  return el("li", {}, button);
}

const blank = () => el("li", { className: "blank", ariaHidden: "true" }, el("span", { className: "frame" }));
export const blanks = (count) => Array.from({ length: count }, blank);
