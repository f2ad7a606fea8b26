// Whole looks side by side, each a collage as it would be worn. Choosing one makes it the outfit; what is kept stays in all of them.
import { latest } from "./api.js";
import { complete, left } from "./completing.js";
import { byId, el, percent, redraw, say } from "./dom.js";
import { base, choose, onChange, outfit } from "./outfit.js";
import { picture, totalOf } from "./tile.js";
import { pieceOf } from "./tray.js";
import { lookless } from "./words.js";

const LOOKS = 4;
// Where a piece hangs: by what its category says of it. The rest is beside.
const PLACES = [
  ["head", /head|hat|cap|beanie/i],
  ["neck", /scar|neck|jewel|tie\b/i],
  ["over", /outer|coat|jacket|blazer/i],
  ["body", /all-?body|dress|jumpsuit|suit/i],
  ["top", /top|shirt|blouse|knit|sweater|jumper/i],
  ["legs", /bottom|trouser|pant|jean|skirt|short/i],
  ["feet", /shoe|boot|sneaker|sandal|foot/i],
  ["hand", /bag|clutch|purse/i],
];
const LARGE = new Set(["over", "body", "top", "legs"]);
const placeOf = ({ category = "", subcategory = "" }) => (PLACES.find(([, said]) => said.test(category)) ?? PLACES.find(([, said]) => said.test(subcategory)))?.[0] ?? "side";

let looks = [];

// The looks of an answer to these pieces; `rest` is what is left of the budget.
export async function showBoard(answer, items = [], rest = null) {
  looks = answer?.looks ?? [];
  const base = await Promise.all(items.map(pieceOf));
  const wanted = answer && !answer.complete && answer.slots.length;
  byId("looks").hidden = !wanted;
  byId("looks-note").textContent = wanted && !looks.length ? lookless(answer.no_looks, rest) : items.length > 1 ? "with what you keep" : "";
  redraw(byId("board"), looks.map((look, place) => card(look, place, base)));
  byId("board").ariaBusy = "false";
  const button = byId("complete");
  button.disabled = !looks.length;
  const sum = typeof looks[0]?.price === "number" ? totalOf(looks[0].items) : "";
  button.replaceChildren("Complete the look", ...(sum ? [" ", el("small", {}, `+ ${sum}`)] : []));
}

function card({ items, probability }, place, base) {
  const pieces = [...base, ...items];
  const worn = new Set(outfit().items.map(({ id }) => id));
  const chosen = items.every(({ id }) => worn.has(id));
  const facts = [totalOf(items) && `+ ${totalOf(items)}`, typeof probability === "number" ? percent(probability) : ""].filter(Boolean);
  const words = [el("b", {}, `Look ${place + 1}`), el("span", { className: "facts" }, ...facts.map((fact) => el("span", {}, `${fact} `)))];
  const button = el("button", { type: "button", className: "look", ariaPressed: String(chosen) }, collage(pieces), ...words);
  button.dataset.name = `look ${place}`;
  button.onclick = () => {
    choose(items.map(({ id }) => id));
    say(`Look ${place + 1} is your outfit.`);
  };
  return el("li", {}, button);
}

function collage(pieces) {
  const hung = pieces.map((item) => ({ item, place: placeOf(item) }));
  const order = ({ place }) => PLACES.findIndex(([name]) => name === place) + (place === "side" ? PLACES.length + 1 : 0);
  hung.sort((one, other) => order(one) - order(other));
  const column = (large) => {
    const some = hung.filter(({ place }) => LARGE.has(place) === large);
    return some.length ? el("span", { className: large ? "column large" : "column" }, ...some.map(({ item, place }) => hang(item, place))) : null;
  };
  return el("span", { className: "collage" }, column(true), column(false));
}

function hang(item, place) {
  const frame = picture(item, "9rem");
  frame.classList.add(place);
  frame.querySelector("img")?.setAttribute("alt", "");
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
    choose(looks[0].items.map(({ id }) => id));
    byId("outfit-title").focus({ preventScroll: true });
  };
  onChange(follow);
  follow(outfit());
}
