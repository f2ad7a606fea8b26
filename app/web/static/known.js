// What the page has been told about items, so that tray and bag can show them; what it was not told, it asks once.
import { ask } from "./api.js";
import { plainly } from "./words.js";

const known = new Map();
const whole = new Map();
const shownBy = new Map();

// What is shown as being like an item is for whom the item is, and can be bought.
export const LIKE_IT = { consistent: true, filters: { in_stock: true } };

export const know = (item) => known.set(item.id, Promise.resolve(item));

// Items of an answer, for which it is named when they are looked at, put into the bag or bought.
export function knowFrom(recommendation, items) {
  for (const item of items) {
    know(item);
    shownBy.set(item.id, recommendation);
  }
}

export const recommendationOf = (id) => shownBy.get(id) ?? null;

export const itemOf = (id) => known.get(id) ?? wholeItem(id);

// An item of an answer as it is, with what it is called by where it has no title.
export const wellTold = async (asking, item) => (item.title ? item : { ...(await asking(`/items/${encodeURIComponent(item.id)}`)), ...item });

// All that is told of an item, sizes and attributes, too. One that cannot be had is told by the reason; it is asked for again next time.
export function wholeItem(id) {
  if (!whole.has(id)) {
    const answer = ask(`/items/${encodeURIComponent(id)}`).then((item) => {
      if (!known.has(id)) know(item);
      return item;
    });
    const told = answer.catch((problem) => {
      whole.delete(id);
      return { id, category: "", title: /unknown-item$|not-found$/.test(problem.type) ? "No longer in the shop" : plainly(problem).title, gone: true };
    });
    whole.set(id, told);
  }
  return whole.get(id);
}
