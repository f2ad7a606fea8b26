// A piece by itself: a large picture to zoom into, sizes with their stock, what it costs, where the shop sells it. Its URL is the outfit's
// with `view`.
import { latest } from "./api.js";
import { countOf, onBag, put } from "./bag.js";
import { byId, closeBeside, el, icon, notice, redraw, say } from "./dom.js";
import { told } from "./events.js";
import { LIKE_IT, itemOf, know, recommendationOf, wholeItem } from "./known.js";
import { again, lookAway, onChange, onView, outfit, wearAndLeave, wears } from "./outfit.js";
import { user } from "./shopper.js";
import { blanks, brandOf, inSize, mark, picture, priceOf, soldOut, tile, titleOf, widthsOf } from "./tile.js";
import { attribute, kind } from "./words.js";

const ALIKE = 6;
const COLOURS = 12;
const STEP = 12; // per cent of the picture that an arrow key moves
const sheet = () => byId("product");
let shown = null;

async function open(id) {
  if (id === shown) return;
  shown = id;
  if (!id) {
    if (sheet().open) sheet().close();
    if (user()) again(); // what was looked at tells of a taste
    return;
  }
  if (!sheet().open) {
    sheet().replaceChildren(closing(), el("h2", { id: "product-title", className: "unseen", tabIndex: -1 }, "One moment…"));
    sheet().showModal();
  }
  const item = await wholeItem(id);
  if (shown !== id) return;
  if (!item.gone) told("view", [{ item }]);
  sheet().replaceChildren(closing(), stage(item), about(item), el("div", { className: "alike" }, ...colours(item), el("section", { id: "alike", ariaLabel: "More like this" })));
  sheet().scrollTop = 0;
  byId("product-title").focus({ preventScroll: true });
  if (!item.gone) alike(id);
}

function closing() {
  return el("button", { type: "button", className: "round close", ariaLabel: "Close", onclick: () => sheet().close() }, icon("close"));
}

function stage(item) {
  if (!item.image_url) return el("div", { className: "stage" }, picture(item));
  const image = el("img", { alt: titleOf(item), draggable: false, fetchPriority: "high" });
  if (item.thumbnail_url) Object.assign(image, { sizes: "30rem", srcset: widthsOf(item) });
  image.src = item.thumbnail_url ?? item.image_url;
  const zoom = el("button", { type: "button", className: "zoom", ariaPressed: "false", ariaLabel: "Zoom in" }, image);
  const at = { x: 50, y: 50 };
  const move = (x, y) => {
    [at.x, at.y] = [x, y].map((part) => Math.min(100, Math.max(0, part)));
    image.style.transformOrigin = `${at.x}% ${at.y}%`;
  };
  const follow = ({ clientX, clientY }) => {
    const box = zoom.getBoundingClientRect();
    move((100 * (clientX - box.left)) / box.width, (100 * (clientY - box.top)) / box.height);
  };
  const set = (zoomed) => {
    if (zoomed) Object.assign(image, { srcset: "", src: item.image_url }); // all that there is to see
    mark(zoom, zoomed);
    zoom.ariaLabel = zoomed ? "Zoom out" : "Zoom in";
  };
  const zoomed = () => zoom.ariaPressed === "true";
  zoom.onclick = (event) => {
    if (event.detail && !zoomed()) follow(event); // a pointer zooms in where it is, a key in the middle
    set(!zoomed());
  };
  zoom.onpointermove = (event) => zoomed() && follow(event);
  zoom.onkeydown = (event) => {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (!zoomed() || !(x || y)) return;
    event.preventDefault();
    move(at.x + STEP * x, at.y + STEP * y);
  };
  return el("div", { className: "stage" }, zoom);
}

function about(item) {
  const gone = soldOut(item);
  const sizes = item.sizes?.length ? sizesOf(item, gone) : null;
  const problem = el("p", { id: "size-problem", role: "alert", className: "problem" });
  sizes?.addEventListener("change", () => (problem.textContent = "")); // a radio that was chosen stays so
  const toBag = el("button", { type: "button", id: "product-bag", className: "loud", disabled: gone }, gone ? "Sold out" : "Add to bag");
  toBag.onclick = () => {
    const chosen = sizes?.querySelector(":checked")?.value ?? null;
    problem.textContent = sizes && !chosen ? "Choose a size first." : "";
    if (sizes && !chosen) {
      sizes.querySelector("input:enabled")?.focus();
      return;
    }
    put({ id: item.id, size: chosen, recommendation: recommendationOf(item.id) });
    told("add_to_cart", [{ item: inSize(item, chosen) }]);
    say(`${titleOf(item)} is in your bag.`);
  };
  const wear = el("button", { type: "button", id: "product-wear", className: "line" });
  wear.onclick = () => {
    wearAndLeave(item.id);
    say(`${titleOf(item)} is ${wears(item.id) ? "in" : "no longer in"} your outfit.`);
  };
  const link = /^https?:\/\//.test(item.url ?? "") ? el("a", { href: item.url, target: "_blank", rel: "noopener", className: "quiet" }, "See it in the shop") : null;
  const stock = item.gone ? null : el("p", { className: gone ? "stock out" : "stock" }, gone ? "Sold out" : "In stock");
  const parts = [
    brandOf(item) ? el("p", { className: "brand", dir: "auto" }, brandOf(item)) : null,
    el("h2", { id: "product-title", tabIndex: -1, dir: "auto" }, titleOf(item)),
    priceOf(item),
    stock,
    sizes,
    problem,
    item.gone ? null : el("div", { className: "actions" }, toBag, wear),
    link,
    item.gone ? null : facts(item),
  ];
  queueMicrotask(markWorn);
  queueMicrotask(markBag);
  return el("div", { className: "about" }, ...parts);
}

function sizesOf(item, gone) {
  const radio = ({ size, in_stock: there }) => {
    const out = there === false || (gone && there !== true);
    const input = el("input", { type: "radio", name: "size", value: size, disabled: out });
    return el("label", { className: "size" }, input, el("span", {}, size), out ? el("span", { className: "unseen" }, ", sold out") : null);
  };
  return el("fieldset", { className: "sizes" }, el("legend", {}, "Size"), ...item.sizes.map(radio));
}

function facts(item) {
  const chosen = item.sizes?.some(({ id }) => id); // its own size is one of several
  const others = Object.entries(item.attributes ?? {}).filter(([name]) => !(chosen && /size/i.test(name)));
  const said = [["category", [kind(item.category)]], ...others];
  const rows = said.flatMap(([name, values]) => [el("dt", {}, attribute(name)), el("dd", { dir: "auto" }, [values].flat().join(", "))]);
  return el("dl", { className: "facts-of" }, ...rows);
}

function markWorn() {
  const button = byId("product-wear");
  if (!button || !shown) return;
  button.textContent = wears(shown) ? "Take it off" : "Wear it";
}

// How many are in the bag, of any size.
function markBag() {
  const button = byId("product-bag");
  if (!button || button.disabled || !shown) return;
  const held = countOf(shown);
  button.textContent = held ? `Add to bag · ${held} in it` : "Add to bag";
}

// Its product in other colours, where there are some; they come when they come.
function colours({ variants = [] }) {
  if (!variants.length) return [];
  const some = variants.slice(0, COLOURS);
  const row = el("ul", { className: "row" }, ...blanks(some.length));
  Promise.all(some.map(itemOf)).then((items) => redraw(row, items.filter(({ gone }) => !gone).map((item) => tile(item, `colour ${item.id}`))));
  return [el("section", { id: "colours", ariaLabel: "Other colours" }, el("h3", {}, "Other colours"), row)];
}

const alike = latest(async (ask, id) => {
  const rows = (...tiles) => redraw(byId("alike"), [el("h3", {}, "More like this"), el("ul", { className: "row" }, ...tiles)]);
  rows(...blanks(ALIKE));
  const { items } = await ask("/similar-items", { id, k: ALIKE, ...LIKE_IT });
  items.forEach(know);
  rows(...items.map((item) => tile(item, `alike ${item.id}`)));
  if (!items.length) byId("alike").replaceChildren();
}, (problem, retry) => problem && byId("alike").replaceChildren(notice(problem, retry)));

export function startProduct() {
  sheet().onclose = () => shown && lookAway(); // Escape, too
  closeBeside(sheet());
  onView(open);
  onChange(markWorn);
  onBag(markBag);
  open(outfit().view);
}
