// Elements from data. Every string becomes a text node or an attribute, never markup: titles may hold anything.
import { plainly } from "./words.js";

export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export const byId = (id) => document.getElementById(id);

const STROKES = {
  close: "M6 6l12 12M18 6L6 18",
  swap: "M4 8h14m-4-4 4 4-4 4M20 16H6m4-4-4 4 4 4",
  kept: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
  free: "M7 11V8a5 5 0 0 1 9.6-2M6 11h12v9H6z",
};

export function icon(name) {
  const SVG = document.querySelector("svg").namespaceURI;
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  path.setAttribute("d", STROKES[name]);
  svg.append(path);
  return svg;
}

const FOCUSABLE = "button:not(:disabled), select, input";

// Replaces children without losing a keyboard user's place: focus stays on the same thing, else on its neighbour, else on the heading.
export function redraw(parent, children) {
  const before = [...parent.querySelectorAll(FOCUSABLE)];
  const place = before.indexOf(document.activeElement);
  const name = document.activeElement?.dataset?.name;
  parent.replaceChildren(...children);
  if (place < 0) return;
  const after = [...parent.querySelectorAll(FOCUSABLE)];
  const next = after.find((one) => one.dataset.name === name) ?? after[Math.min(place, after.length - 1)];
  (next ?? parent.closest("section, dialog").querySelector("[tabindex]")).focus({ preventScroll: true });
}

// A press beside an open dialog closes it.
export function closeBeside(dialog) {
  dialog.addEventListener("pointerdown", ({ target, clientX, clientY }) => {
    if (target !== dialog) return;
    const box = dialog.getBoundingClientRect();
    if (clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom) dialog.close();
  });
}

// Says something to who hears the page; what is seen says it, too.
export const say = (words) => (byId("said").textContent = words);

// What went wrong, in words; `retry` offers to ask again, where that can help.
export function notice(problem, retry) {
  const { title, detail, lasts } = plainly(problem, !retry);
  const button = retry && el("button", { type: "button", className: "quiet", onclick: retry }, "Try again");
  return el(
    "div",
    { className: "notice", role: "alert" },
    el("p", {}, el("strong", {}, title), " ", el("span", { dir: "auto" }, detail)),
    lasts ? null : (button ?? el("p", {}, "Trying again…")),
  );
}

// Numbers are written as the page's words are, in the browser's variety of that language, where it has one.
const { lang } = document.documentElement;
const LOCALE = navigator.languages.find((one) => one.split("-")[0] === lang) ?? lang;
export const number = (value, style) => value.toLocaleString(LOCALE, style);

// An amount in its currency; without one, or in one that the browser does not know, a plain number.
export function price(value, currency) {
  try {
    if (currency) return number(value, { style: "currency", currency });
  } catch {
    // Not three letters: it is told as the shop wrote it.
  }
  const amount = number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return currency ? `${amount} ${currency}` : amount;
}
export const percent = (probability) => `${Math.min(99, Math.max(1, Math.round(100 * probability)))}\u00a0%`;
export const counted = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;
