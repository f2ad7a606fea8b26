// Over budget: the dearest pieces give way to others of their kind that cost less and go with the rest, as few of them as it takes.
import { latest } from "./api.js";
import { complete, currencyOf, left } from "./completing.js";
import { byId, el, notice, price, redraw, say } from "./dom.js";
import { LIKE_IT, know } from "./known.js";
import { exchange, onChange, outfit } from "./outfit.js";
import { paid, titleOf } from "./tile.js";
import { pieceOf } from "./tray.js";
import { costly } from "./words.js";

const ALIKE = 48;
let drawing = 0;
let told = {}; // what became of it: {of: the hash it is said of, words, undo}

async function draw({ items }) {
  const mine = ++drawing;
  const [rest, currency] = await Promise.all([left(items), currencyOf(items)]);
  if (mine !== drawing) return;
  const over = rest !== null && rest < 0;
  const { words, undo } = told.of === location.hash ? told : {};
  const button = (label, press) => el("button", { type: "button", className: "line", onclick: press }, label);
  const lines = [
    over && el("p", { className: "note warn" }, `What you wear costs ${price(-rest, currency)} more than your budget.`),
    words && el("p", { className: "note", dir: "auto" }, words),
    undo && button("Undo", () => history.back()),
    over && !words && button("Find cheaper", () => find(currency)),
  ];
  redraw(byId("over"), lines.filter(Boolean));
  byId("over").ariaBusy = "false";
}

function tell(words, undo) {
  told = { of: location.hash, words, undo };
  say(words);
  draw(outfit());
}

const find = latest(async (ask, currency) => {
  const { items } = outfit();
  byId("over").ariaBusy = "true";
  const worn = await Promise.all(items.map(async (one) => ({ ...(await pieceOf(one)), ...one })));
  const { gone, found, least } = await (worn.length > 1 ? among(ask, worn) : alone(ask, worn[0]));
  if (!found) return tell(costly(least && price(least, currency), worn.some(({ kept }) => kept) && worn.some(({ kept }) => !kept)));
  found.forEach(know);
  exchange(Object.fromEntries(gone.map(({ name }, place) => [name, found[place].id])));
  const without = (some, others) => some.filter(({ id }) => !others.some((other) => other.id === id)).map(titleOf).join(", ");
  tell(`${without(found, gone)} in place of ${without(gone, found)}.`, true);
}, (problem, retry) => problem && byId("over").replaceChildren(notice(problem, retry)));

// What goes with the rest. What is locked stays, unless all is: then nobody said what may go.
async function among(ask, worn) {
  const priced = worn.filter((piece) => piece.id && paid(piece) > 0).sort((one, other) => paid(other) - paid(one));
  const loose = priced.some(({ kept }) => !kept) ? priced.filter(({ kept }) => !kept) : priced;
  let least;
  for (let count = 1; count <= Math.min(loose.length, worn.length - 1); count += 1) {
    const gone = loose.slice(0, count);
    const stay = worn.filter((piece) => !gone.includes(piece));
    const answer = await complete(ask, stay, { k: 1, looks: 1, slots: gone.map(({ category }) => ({ category })) });
    const found = answer.looks[0]?.items ?? [];
    if (found.length === count) return { gone, found };
    least = answer.least && answer.least + outfit().budget - (await left(stay));
  }
  return { least };
}

// With nothing else worn: what looks like it, else whatever of its kind costs least.
async function alone(ask, piece) {
  const { budget } = outfit();
  const fits = (item) => paid(item) <= budget;
  const { items: alike } = await ask("/similar-items", { id: piece.id, k: ALIKE, ...LIKE_IT });
  const like = alike.find(fits);
  if (like) return { gone: [piece], found: [like] };
  const cheapest = new URLSearchParams({ category: piece.category, sort: "price", limit: 1, filters: JSON.stringify({ in_stock: true }) });
  const [item] = (await ask(`/items?${cheapest}`)).items;
  return item && fits(item) ? { gone: [piece], found: [item] } : { least: item && paid(item) };
}

export function startCheaper() {
  onChange(draw);
  draw(outfit());
}
