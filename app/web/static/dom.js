// Elements from data. Every string becomes a text node or an attribute, never markup: titles may hold anything.

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

const FOCUSABLE = "button:not(:disabled)";

// Replaces children without losing a keyboard user's place: focus stays on the same thing, else on its neighbour, else on the heading.
export function redraw(parent, children) {
  const before = [...parent.querySelectorAll(FOCUSABLE)];
  const place = before.indexOf(document.activeElement);
  const name = document.activeElement?.dataset?.name;
  parent.replaceChildren(...children);
  if (place < 0) return;
  const after = [...parent.querySelectorAll(FOCUSABLE)];
  const next = after.find((one) => one.dataset.name === name) ?? after[Math.min(place, after.length - 1)];
  (next ?? parent.closest("section").querySelector("[tabindex]")).focus({ preventScroll: true });
}

// What went wrong, in words; `retry` offers to ask again.
export function notice(problem, retry) {
  const button = retry && el("button", { type: "button", className: "quiet", onclick: retry }, "Try again");
  return el(
    "div",
    { className: "notice", role: "alert" },
    el("p", {}, el("strong", {}, problem.title), " ", el("span", { dir: "auto" }, problem.detail)),
    button ?? el("p", {}, "Trying again…"),
  );
}

// An amount in its currency; without one, or in one that the browser does not know, a plain number.
export function price(value, currency) {
  try {
    if (currency) return value.toLocaleString(undefined, { style: "currency", currency });
  } catch {
    // Not three letters: it is told as the shop wrote it.
  }
  const amount = value.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return currency ? `${amount} ${currency}` : amount;
}
export const percent = (probability) => `${Math.min(99, Math.max(1, Math.round(100 * probability)))} %`;
