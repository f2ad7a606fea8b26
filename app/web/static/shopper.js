// Who shops. A name is the shop's own for a shopper; the service takes into account what it knows of them.
import { byId } from "./dom.js";
import { again } from "./outfit.js";

const KEY = "attire-shopper";
let who = "";
try {
  who = localStorage.getItem(KEY) ?? "";
} catch {
  // No storage: nobody until a name is given.
}

export const user = () => who || null;

function be(name) {
  if (name === who) return;
  who = name;
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // It is kept until the page is left.
  }
  again();
}

// What of an answer is this shopper's own, in words.
export function regard({ shopper, excluded }, mine) {
  if (!shopper) return "";
  const taste = shopper.personal ? `Picked for ${shopper.user}.` : "We don't know your taste yet, so these are for everybody.";
  const changed = mine ? `${mine} of these ${mine === 1 ? "is" : "are"} here for your taste alone.` : "";
  const met = excluded?.items ? `${excluded.items === 1 ? "A piece" : `${excluded.items} pieces`} that you have bought before ${excluded.items === 1 ? "is" : "are"} not shown again.` : "";
  return [taste, changed, met].filter(Boolean).join(" ");
}

export function startShopper() {
  const field = byId("shopper");
  field.value = who;
  field.onchange = () => be(field.value.trim().slice(0, 100));
  field.form.onsubmit = (event) => {
    event.preventDefault();
    be(field.value.trim().slice(0, 100));
  };
}
