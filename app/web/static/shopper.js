// Who shops. A name is the shop's own for a shopper; the service takes into account what it knows of them.
import { byId, counted } from "./dom.js";
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

export const isOwn = ({ shopper, taste }) => Boolean(shopper?.personal || taste?.items.length);

// What of an answer is this shopper's own, in words.
export function regard(answer, mine) {
  const { shopper, taste: lately, excluded } = answer;
  if (!shopper) return "";
  const by = lately?.items.length ? `, by ${counted(lately.items.length, "piece")} that you looked at or chose lately` : "";
  const unknown = "We don't know your taste yet, so these are for everybody. Look at a few pieces that you like, and they will follow.";
  const taste = isOwn(answer) ? `Picked for ${shopper.user}${by}.` : unknown;
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
