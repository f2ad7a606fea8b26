// One item as a picture with its title and price; where there is no picture, its words take the picture's place.
import { el, percent, price } from "./dom.js";

const WIDTHS = [128, 256, 384, 512]; // of the service's thumbnails; the screen's density decides

export const titleOf = (item) => item.title || `Untitled ${item.category ?? "item"}`;

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
  const facts = [
    typeof item.price === "number" ? el("span", {}, price(item.price)) : null,
    typeof item.probability === "number" ? el("span", match, percent(item.probability)) : null,
  ];
  const button = el(
    "button",
    { type: "button", className: "tile", title: titleOf(item), onclick: press, ...told },
    picture(item),
    item.image_url ? el("span", { className: "title", dir: "auto", ariaHidden: "true" }, titleOf(item)) : null,
    el("span", { className: "facts" }, ...facts),
  );
  button.dataset.name = name;
  return el("li", {}, button);
}

const blank = () => el("li", { className: "blank", ariaHidden: "true" }, el("span", { className: "frame" }));
export const blanks = (count) => Array.from({ length: count }, blank);
