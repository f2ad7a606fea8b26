// The bag as it is seen: a line for each piece, what it comes to, and buying it all.
import { count, empty, holds, lines, onBag, pieces, put, size, takeOut } from "./bag.js";
import { byId, closeBeside, counted, el, icon, price, redraw, say } from "./dom.js";
import { told, unique } from "./events.js";
import { recommendationOf, wholeItem } from "./known.js";
import { brandOf, inSize, paid, picture, priceOf, soldOut, titleOf, totalOf } from "./tile.js";

let drawing = 0;
let bought = ""; // what was, in words, until the bag is left or filled again
let tried = false; // to buy, while something stood in the way of it

const cannotBeHad = (item) => item.gone || soldOut(item);

// All of these at once, but for what is in the bag, and what cannot be had; sizes are chosen there.
export function bagAll(items) {
  const wanted = items.filter(({ id }) => id && !holds(id));
  const there = wanted.filter((item) => !cannotBeHad(item));
  put(...there.map(({ id }) => ({ id, recommendation: recommendationOf(id) })));
  told("add_to_cart", there.map((item) => ({ item })));
  const left = leftOut(wanted.filter(cannotBeHad));
  say([there.length ? `${counted(there.length, "piece")} added to your bag.` : "All of it is in your bag.", left].join(" ").trim());
  openBag();
  byId("bag-left").textContent = left;
}

const leftOut = (items) => items.map((item) => (item.gone ? "A piece is no longer in the shop and was left out." : `“${titleOf(item)}” is sold out and was left out.`)).join(" ");

export function openBag() {
  if (!byId("bag").open) byId("bag").showModal();
  byId("bag-left").textContent = "";
  if (bought) forget();
  byId("bag-title").focus({ preventScroll: true });
}

function forget() {
  bought = "";
  draw();
}

async function draw() {
  const mine = ++drawing;
  byId("bag-count").textContent = String(pieces());
  byId("open-bag").ariaLabel = `Bag, ${counted(pieces(), "piece")}`;
  const held = lines();
  const items = await Promise.all(held.map(({ id }) => wholeItem(id)));
  if (mine !== drawing) return;
  if (held.length) bought = "";
  const nothing = el("li", { className: "empty" }, bought || "Nothing in it yet.");
  redraw(byId("bag-lines"), held.length ? held.map((line, place) => lineOf(line, items[place], place)) : [nothing]);
  redraw(byId("bag-foot"), held.length ? [foot(held, items)] : [el("div", {}, el("button", { type: "button", className: "line", onclick: () => byId("bag").close() }, "Go on shopping"))]);
}

function lineOf(line, item, place) {
  const title = titleOf(item);
  const step = (by, sign, label) => {
    const button = el("button", { type: "button", className: "round", ariaLabel: `${label} ${title}`, onclick: () => count(place, line.count + by) }, sign);
    button.dataset.name = `${label} ${line.id} ${line.size}`;
    return button;
  };
  const remove = el("button", { type: "button", className: "round", ariaLabel: `Remove ${title}`, onclick: () => takeOut(place) }, icon("close"));
  remove.dataset.name = `remove ${line.id} ${line.size}`;
  const often = el("div", { className: "count" }, step(-1, "−", "One less of"), el("b", {}, String(line.count)), step(1, "+", "One more of"));
  const words = [
    el("span", { className: "title", dir: "auto" }, title),
    el("span", { className: "brand", dir: "auto" }, brandOf(item)),
    soldOut(item) ? el("span", { className: "problem" }, "sold out") : null,
    item.gone ? null : el("span", { className: "choices" }, item.sizes?.length ? sizeOf(line, item, place) : null, often, sumOf(line, item)),
  ];
  return el("li", { className: "bag-line" }, picture(item, "6rem"), el("div", { className: "words" }, ...words), remove);
}

// What the line comes to: of several, with what one costs.
function sumOf(line, item) {
  const sum = totalOf([item], [line]);
  if (line.count === 1 || !sum) return priceOf(item);
  return el("span", { className: "price" }, el("span", { className: "now" }, sum), " ", el("small", {}, `${price(paid(item), item.currency)} each`));
}

function sizeOf(line, item, place) {
  const options = item.sizes.map((one) => el("option", { value: one.size, disabled: one.in_stock === false, selected: one.size === line.size }, one.size));
  const none = el("option", { value: "", selected: !line.size }, "size");
  const select = el("select", { ariaLabel: `Size of ${titleOf(item)}`, onchange: ({ target }) => size(place, target.value) }, none, ...options);
  select.dataset.name = `size ${place}`;
  select.dataset.lacking = String(!line.size);
  return select;
}

function foot(held, items) {
  const problem = el("p", { role: "alert", className: "problem" }, tried ? inTheWay(held, items) : "");
  tried = Boolean(problem.textContent);
  const buy = el("button", { type: "button", className: "loud", onclick: () => order(held, items, problem) }, "Buy");
  const total = el("p", { className: "total" }, el("span", {}, counted(pieces(), "piece")), el("b", { id: "bag-total" }, totalOf(items, held)));
  return el("div", {}, total, problem, buy, el("p", { className: "note" }, "This shop is for trying out: nothing is charged or delivered. What you buy is noted, and the shop learns from it."));
}

const lacks = (line, item) => Boolean(item.sizes?.length && !line.size);

// Why it cannot be bought as it is; nothing where it can.
function inTheWay(held, items) {
  const gone = items.find(cannotBeHad);
  if (gone) return `${titleOf(gone)} cannot be had now; remove it first.`;
  return held.some((line, place) => lacks(line, items[place])) ? "Choose a size for each piece first." : "";
}

function order(held, items, problem) {
  problem.textContent = inTheWay(held, items);
  tried = Boolean(problem.textContent);
  if (tried) {
    if (!items.some(cannotBeHad)) byId("bag-lines").querySelector("select[data-lacking=true]").focus();
    return;
  }
  told("purchase", held.map((line, place) => ({ item: inSize(items[place], line.size), count: line.count, recommendation: line.recommendation })), { order: unique() });
  bought = ["Thank you.", counted(pieces(), "piece"), totalOf(items, held) && `for ${totalOf(items, held)}`].filter(Boolean).join(" ") + ".";
  empty();
  say(bought);
  byId("bag-title").focus({ preventScroll: true });
}

export function startBag() {
  byId("open-bag").onclick = openBag;
  closeBeside(byId("bag"));
  onBag(draw);
  draw();
}
