// How well the outfit goes together, as a ring, a percentage and a word; which two do not, and the swap that would help most.
import { latest } from "./api.js";
import { left } from "./completing.js";
import { byId, el, percent } from "./dom.js";
import { openInstead } from "./instead.js";
import { know, wellTold } from "./known.js";
import { asked, onChange, outfit, remove, swap } from "./outfit.js";
import { user } from "./shopper.js";
import { paid, tile, titleOf } from "./tile.js";
import { pieceOf } from "./tray.js";
import { HARDLY, odd, together } from "./words.js";

const WORTH_A_SWAP = 0.05;
const POSITION = /items\[(\d+)\]$/; // how an answer names a photo

// The worn piece that an answer names.
function named(name, items) {
  const position = POSITION.exec(name);
  return position ? items[position[1]] : items.find(({ id }) => id === name);
}

// Why there is no score is said once, with the suggestions.
const tell = (problem) => problem && show(null, "How well it goes together cannot be told yet.");

const judge = latest(async (ask, { items, out }) => {
  if (items.length < 2) {
    show(null, items.length ? "Add a second piece to see how they go together." : "");
    return;
  }
  byId("score").ariaBusy = "true";
  const rest = await left(items);
  const worn = await Promise.all(items.map(pieceOf));
  const { outfits } = await ask("/score-outfit", { outfits: [{ items: asked(items) }], explain: true, exclude: out, ...(user() && { user: user() }) });
  const [answer] = outfits;
  if (answer.probability === null) {
    show(null, "We have not seen enough outfits like this to tell how it goes together.");
    return;
  }
  const better = answer.swap && { ...answer.swap, item: await wellTold(ask, answer.swap.item) };
  show(answer.probability, together(answer.probability));
  blame(answer, items, worn);
  remark(answer.notes ?? [], items, worn);
  if (better) offer(answer.probability, better, items, rest, worn);
}, tell);

function show(probability, words) {
  const verdict = byId("score").parentElement;
  const [figure, word] = byId("score").children;
  byId("outfit").dataset.together = probability !== null && probability < HARDLY ? "hardly" : "well";
  verdict.dataset.known = probability !== null;
  verdict.style.setProperty("--part", probability === null ? 0 : 100 * probability);
  verdict.style.setProperty("--good", `${Math.round(100 * (probability ?? 0))}%`);
  figure.textContent = probability === null ? "" : percent(probability);
  word.textContent = words;
  byId("score").ariaBusy = "false";
  byId("swap").replaceChildren();
  byId("clash").replaceChildren();
  showJump(figure.textContent, words);
}

// Not what would break the budget: `rest` is what is left of it (null without one), `worn` the pieces that are worn.
function offer(probability, better, items, rest, worn) {
  if (better.probability - probability < WORTH_A_SWAP) return;
  const { item } = better;
  know(item);
  const worse = named(better.replace, items);
  if (!worse || (rest !== null && (paid(item) ?? 0) > rest + (paid(worn[items.indexOf(worse)]) ?? 0))) return;
  const one = tile(item, `swap ${item.id}`, { does: "Swap for", wear: () => swap(worse.name, item.id) });
  const words = el("p", {}, `One swap would help${better.probability < HARDLY ? " a little" : ""}: `, el("bdi", {}, titleOf(item)), ` makes it ${percent(better.probability)}.`);
  byId("swap").replaceChildren(el("ul", {}, one), words);
}

// Of an outfit that hardly goes together, the two that go together least; either can be swapped, or taken out.
function blame({ probability, pairs }, items, worn) {
  const [worst] = pairs ?? [];
  if (probability >= HARDLY || !worst || worst.probability === null || worst.probability >= HARDLY) return;
  const two = worst.items.map((name) => named(name, items));
  const lines = two.map((item) => {
    const title = titleOf(worn[items.indexOf(item)]);
    const button = (label, press) => el("button", { type: "button", className: "line", ariaLabel: `${label} ${title}`, onclick: press }, label);
    return el("li", {}, el("bdi", {}, title), button("Swap", () => openInstead(item.name)), button("Take out", () => takeOut(item.name)));
  });
  byId("outfit").dataset.together = "clash";
  byId("clash").replaceChildren(el("p", {}, "These two do not go together:"), el("ul", {}, ...lines));
}

// What is odd about it.
function remark(notes, items, worn) {
  const title = (name) => {
    const item = named(name, items);
    return item ? titleOf(worn[items.indexOf(item)]) : name;
  };
  byId("clash").append(...notes.map((note) => el("p", {}, odd(note, title))));
}

function takeOut(name) {
  remove(name);
  byId("outfit-title").focus({ preventScroll: true });
}

function lead() {
  byId("outfit").scrollIntoView();
  byId("outfit-title").focus({ preventScroll: true });
}

// A link that brings an outfit opens on it where that lies below the catalogue, whose tiles come and go, until something is touched.
function open() {
  if (!matchMedia("(max-width: 60rem)").matches) return;
  const held = new ResizeObserver(() => byId("outfit").scrollIntoView({ behavior: "instant" }));
  held.observe(byId("catalogue"));
  for (const touch of ["pointerdown", "wheel", "keydown"]) addEventListener(touch, () => held.disconnect(), { once: true });
}

// On a phone the outfit is a scroll away: a bar keeps the score in sight and leads there.
function showJump(figure, words) {
  const count = outfit().items.length;
  byId("jump").hidden = !count;
  byId("jump").replaceChildren(`${count} ${count === 1 ? "piece" : "pieces"}`, el("span", {}, figure && ` · ${figure} ${words}`));
}

export function startVerdict() {
  byId("jump").onclick = byId("skip").onclick = lead;
  if (outfit().items.length && !outfit().view && performance.getEntriesByType("navigation")[0]?.type === "navigate") open();
  new IntersectionObserver(([seen]) => byId("jump").classList.toggle("away", seen.isIntersecting)).observe(byId("outfit"));
  onChange(judge);
  judge(outfit());
}
