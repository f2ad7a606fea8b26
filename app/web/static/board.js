// Whole looks side by side, each a collage as it would be worn. Choosing one makes it the outfit; what is kept stays in all of them.
import { latest } from "./api.js";
import { rolesOf } from "./catalogue.js";
import { complete, currencyOf, left } from "./completing.js";
import { byId, el, price, redraw, say } from "./dom.js";
import { base, choose, fill, onChange, outfit } from "./outfit.js";
import { figure, inAll, line, paid, picture, titleOf } from "./tile.js";
import { pieceOf } from "./tray.js";
import { goes, lookless } from "./words.js";

const LOOKS = 4;
// Where a piece hangs: by what its category is worn as, in any language. The rest is beside.
const PLACES = {
  head: ["headwear", "hair", "eyewear"],
  neck: ["scarf", "jewellery", "tie"],
  over: ["outer"],
  body: ["full-body", "swimwear", "sleepwear"],
  top: ["top"],
  legs: ["bottom"],
  feet: ["footwear"],
  hand: ["bag", "wallet"],
};
const ORDER = [...Object.keys(PLACES), "side"];
const LARGE = new Set(["over", "body", "top", "legs"]);
const placeOf = ({ category }) => Object.keys(PLACES).find((place) => PLACES[place].includes(roles.get(category))) ?? "side";

let roles = new Map();
let looks = [];
let completion = null;
let turn = 0; // of what is shown: what was begun before it is late, and draws nothing

// The looks of an answer to these pieces; `rest` is what is left of the budget.
export async function showBoard(answer, items = [], rest = null) {
  const mine = ++turn;
  looks = answer ? inOrder(answer).filter(goes) : [];
  roles = await rolesOf();
  const base = await Promise.all(items.map(pieceOf));
  const worn = await Promise.all(outfit().items.map(pieceOf));
  const wanted = answer && !answer.complete && answer.slots.length && (looks.length || !answer.looks.length);
  const currency = await currencyOf(items);
  if (mine !== turn) return;
  byId("looks").hidden = !wanted;
  const note = wanted && !looks.length ? lookless(answer.no_looks, rest, answer.least && price(answer.least - rest, currency)) : [items.length > 1 ? "with what you keep" : "", inAll(looks) && `${looks.length > 1 ? "each " : ""}${inAll(looks)}`].filter(Boolean).join(" · ");
  byId("looks-note").textContent = note;
  redraw(byId("board"), looks.map((look, place) => card(look, place, base, worn)));
  byId("board").ariaBusy = "false";
}

// Where the looks will be, until they come: what is below stays in its place.
export function expectBoard() {
  turn++;
  byId("looks").hidden = false;
  byId("looks-note").textContent = "";
  const blank = () => el("li", { className: "blank", ariaHidden: "true" }, el("span", { className: "collage" }), el("b", {}, "\u00a0"), line("facts"), line("title"));
  byId("board").replaceChildren(...Array.from({ length: LOOKS }, blank));
  byId("board").ariaBusy = "true";
}

// A look is whole: what would complete it goes as it is put on, not when the answer says so.
const whole = () => {
  byId("outfit").dataset.complete = "true";
};

// The best look of an answer that goes together, beside all that is worn.
export function showCompletion(answer) {
  completion = answer ? inOrder(answer).find(goes)?.items : null;
  byId("complete").hidden = Boolean(answer?.looks.length) && !completion;
  byId("complete").disabled = !completion;
  const more = completion ? dearer(completion, []) : "";
  byId("complete").replaceChildren("Complete the look", ...(more ? [" ", el("small", {}, more)] : []));
}

// What the shopper would pay more, or less, than for what is worn: a look takes the place of one before. Nothing where a price is not known.
function dearer(pieces, worn) {
  const beyond = (some, others) => some.filter(({ id }) => id && !others.some((other) => other.id === id));
  const [brought, gone] = [beyond(pieces, worn), beyond(worn, pieces)];
  const changed = [...brought, ...gone];
  const currencies = new Set(changed.map(({ currency }) => currency));
  if (currencies.size !== 1 || changed.some((item) => typeof paid(item) !== "number")) return "";
  const sum = (some) => some.reduce((so, item) => so + paid(item), 0);
  const more = sum(brought) - sum(gone);
  return `${more < 0 ? "−" : "+"} ${price(Math.abs(more), ...currencies)}`;
}

// The best match first, unless wishes or a taste say which is.
function inOrder({ looks: some, text, taste }) {
  return text?.direction || taste?.items.length ? some : [...some].sort((one, other) => other.probability - one.probability);
}

// What tells a look from the others: its price, its match, and what is in it.
function factsOf(look, pieces, worn, chosen) {
  const above = looks.filter((other) => other !== look && other.price > look.price);
  const least = looks.length > 1 && above.length === looks.length - 1 ? "least expensive" : "";
  return [chosen ? "your outfit" : dearer(pieces, worn), inAll(looks) ? "" : figure(look), least].filter(Boolean);
}

function card(look, place, base, worn) {
  const { items } = look;
  const pieces = [...base, ...items];
  const ids = new Set(worn.map(({ id }) => id));
  const chosen = items.every(({ id }) => ids.has(id));
  const facts = el("span", { className: "facts" }, ...factsOf(look, pieces, worn, chosen).map((fact) => el("span", {}, `${fact} `)));
  const words = [el("b", {}, `Look ${place + 1}`), facts, el("span", { className: "title", dir: "auto" }, items.map(titleOf).join(", "))];
  const button = el("button", { type: "button", className: "look", ariaPressed: String(chosen) }, collage(pieces), ...words);
  button.dataset.name = `look ${place}`;
  button.onclick = () => {
    choose(items.map(({ id }) => id));
    whole();
    say(`Look ${place + 1} is your outfit.`);
  };
  return el("li", {}, button);
}

function collage(pieces) {
  const hung = pieces.map((item) => ({ item, place: placeOf(item) })).sort((one, other) => ORDER.indexOf(one.place) - ORDER.indexOf(other.place));
  const clothes = hung.filter(({ place }) => LARGE.has(place));
  const beside = hung.filter((one) => !clothes.includes(one));
  const half = Math.ceil(beside.length / 2);
  // jewellery by itself has the whole board
  const columns = clothes.length ? [clothes, beside] : [beside.slice(0, half), beside.slice(half)];
  const column = (some, large) => (some.length ? el("span", { className: large ? "column large" : "column" }, ...some.map(({ item, place }) => hang(item, place))) : null);
  return el("span", { className: "collage", ariaHidden: "true" }, column(columns[0], true), column(columns[1], !clothes.length));
}

function hang(item, place) {
  const frame = picture(item, "9rem");
  frame.classList.add(place);
  return frame;
}

// What came with a look is not asked for: the looks are around what is kept.
const around = latest(async (ask, kept) => {
  byId("board").ariaBusy = "true";
  showBoard(await complete(ask, kept, { k: 1, looks: LOOKS }), kept, await left(kept));
}, (problem) => problem && showBoard(null));

export function startBoard() {
  const follow = ({ items }) => {
    const kept = base(items);
    if (kept.length === items.length) around.stop();
    else around(kept);
  };
  byId("complete").onclick = () => {
    fill(completion.map(({ id }) => id));
    whole();
    byId("outfit-title").focus({ preventScroll: true });
  };
  onChange(follow);
  follow(outfit());
}
