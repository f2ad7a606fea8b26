// What the service says of an answer, in the words of a shopper. What is of no use to one stands on the console only.

const EMPTY = [
  [/passes the filters and the budget/, (name, { budget }) => (budget === null ? `Nothing of ${name} is in stock.` : `Nothing in your price range for ${name}.`)],
  [/is as asked/, (name) => `Nothing among ${name} is as you wish.`],
  [/suits the others/, (name) => `Nothing among ${name} suits the other pieces.`],
  [/has no items of category/, (name) => `There are no ${name} in the shop now.`],
];
const NOTES = [
  [/no outfits with such items were learned from/, "These are what usually goes with it: the shop has learned from too few outfits like this one."],
  [/with the first of these/, "The first of these goes less well with your outfit than nothing would."],
  [/with any of these/, "Your outfit goes together better without any of these."],
  [/so these are for another/, "These are for another season or occasion than the rest."],
  [/so these are of the nearest/, "Nothing here comes in a size that goes with the rest; these come nearest."],
  [/worn in the place of one/, "Each of these would take the place of a piece that you wear."],
  [/ranked without what is not in the catalogue/, "One of your pieces is no longer in the shop, so these go with the others."],
  [/none .* is (so|as asked)|as asked/, "None of these is quite as you wish."],
];
const SEARCHED = [
  [/looks most as they say/, "Nothing goes by that name; these look most like it."],
  [/most in their spirit/, ""],
  [/these come nearest/, "Nothing goes by that name, and nothing is all of it; these come nearest."],
  [/nothing here is all of that/, "Nothing goes by that name, and nothing is all of it."],
  [/what is as the others describe/, "Nothing is called by all of these words; these are what the others say."],
  [/not all were understood/, "Nothing goes by that name; these come closest."],
  [/what is as they describe/, ""],
  [/GET \/facets/, ""],
];
const PROBLEMS = [
  [/limit-exceeded$/, "These are too many pieces for one outfit.", "Take some out."],
  [/(unknown-item|not-found)$/, "A piece is no longer in the shop.", "Take it out to see what goes with the others."],
];

// What a shopper calls categories that are the service's own words, and one piece of a category; others stay as the shop calls them.
const KINDS = { "all-body": "dresses & all-in-ones" };
const ONE = { tops: "top", "all-body": "dress or all-in-one", outerwear: "coat or jacket", headwear: "hat", bags: "bag", scarves: "scarf" };

export const HARDLY = 0.45; // below it, pieces hardly go together
const TOGETHER = [
  [0.85, "goes together beautifully"],
  [0.65, "goes together"],
  [HARDLY, "could go together"],
  [0.2, "hardly goes together"],
  [0, "does not go together"],
];
export const together = (probability) => TOGETHER.find(([least]) => probability >= least)[1];
export const goes = ({ probability }) => typeof probability !== "number" || probability >= HARDLY;

export const opening = (words) => words.replace(/^./u, (letter) => letter.toUpperCase());
export const kind = (category) => KINDS[category] ?? category;
export const attribute = (name) => name.replaceAll("_", " ").replace(/\B\p{Lu}(?=\p{Ll})/gu, (letter) => ` ${letter.toLowerCase()}`); // as feeds and labels write it: age_group, baseColour

// What a piece without a title is: its colour, where that is told, and its kind.
export function called({ category = "piece", subcategory, attributes = {} }) {
  const [colour] = [attributes.colour ?? attributes.color ?? []].flat();
  return [colour, subcategory ?? ONE[category] ?? category].filter(Boolean).join(" ");
}

// What went wrong; it lasts where asking again cannot help. What is waited for, or not reached, is told as it is.
export function plainly(problem, waiting) {
  const known = PROBLEMS.find(([kind]) => kind.test(problem.type));
  if (!known && (waiting || problem.type === "unreachable")) return problem;
  console.info(problem.title, problem.detail);
  const [, title, detail] = known ?? [null, "This could not be loaded.", ""];
  return { title, detail, lasts: Boolean(known) };
}

// Why a slot has nothing to show.
export function emptiness({ category, fallback = "" }, asked) {
  console.info(fallback);
  const [, words] = EMPTY.find(([said]) => said.test(fallback)) ?? [];
  return words ? words(kind(category), asked) : `Nothing to show for ${kind(category)}.`;
}

// What is to be said of a slot that has items.
export function notes({ fallback = "" }) {
  const said = fallback.split("; ").filter(Boolean);
  if (said.length) console.info(fallback);
  return said.flatMap((one) => NOTES.filter(([pattern]) => pattern.test(one)).slice(0, 1).map(([, words]) => words));
}

// What is odd about an outfit, by titles and what a shopper calls categories; how that is known, behind the last colon, is for the shop.
export function odd(note, title) {
  const said = note.slice(0, note.lastIndexOf(": ")).replace(/“([^”]*)”( \([^()]*\))?/g, (_, name) => `“${title(name)}”`);
  const sentence = said.replace(/ are (both|all) (.+)$/, (_, many, category) => ` are ${many} ${kind(category)}`);
  return sentence.replace(/^(.+) in the place of (.+)$/, "$1 would be worn in the place of $2") + ".";
}

// Why there is no look.
export function lookless(noLooks, rest, more) {
  console.info(noLooks);
  if (rest !== null && rest < 0) return "What you wear costs more than your budget.";
  if (rest !== null) return `No whole look fits what is left of your budget${more ? `; the least expensive costs ${more} more` : ""}.`;
  return "There is no whole look to show for this.";
}

// That nothing cheaper keeps within the budget; with what all of it costs at least, if that is known.
export function costly(least, kept) {
  if (!least) return "Nothing cheaper goes with the rest.";
  return `Nothing cheaper fits your budget: ${kept ? "with what you keep, " : ""}it costs ${least} at least.${kept ? " Unlock a piece to pay less." : ""}`;
}

// How words that stand in no title were read.
export function readAs({ fallback, text, total }) {
  if (!fallback) return "";
  const [, words] = SEARCHED.find(([said]) => said.test(fallback)) ?? [null, fallback.replaceAll("no title has", "Nothing is called").replaceAll(/, so it was read as ([^;]+)/g, "; you see $1 instead")];
  if (words !== fallback) console.info(fallback);
  const said = total ? words : words.replace("; these come closest", "");
  return `${said}${text ? ` ${understood(text)}` : ""}`.trim();
}

// In their own words; with what they were read as, where that is another word, as after a slip.
function meant({ said, is = [], not }) {
  const words = is.flatMap((one) => Object.values(one).map((values) => values.map((value) => value.replace(/.+ of prices$/, "in the $&"))));
  const other = !not && words.every(({ length }) => length === 1) && words.flat().some((word) => !said.toLowerCase().includes(word.toLowerCase().replace(/s$/, "")));
  const byName = not && is.length === 1 && Object.keys(is[0]).join() === "title";
  return `“${said}”${other ? ` as ${words.flat().join(", ")}` : ""}${byName ? ` (left out: what is called ${words.flat().join(", ")})` : ""}`;
}

// What was understood of the wishes, and what was not.
export function understood(text) {
  const { constraints = [], direction, ignored = [] } = text ?? {};
  const kept = [...constraints.map(meant), ...(direction ? [`in the spirit of “${direction}”`] : [])];
  return [kept.length ? `Understood: ${kept.join(", ")}.` : "", ignored.length ? `Not understood: ${ignored.join(", ")}.` : ""].join(" ").trim();
}
