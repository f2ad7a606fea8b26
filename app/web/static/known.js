// What the page has been told about items, so that the tray can show them; what it was not told, it asks once.
import { ask } from "./api.js";

const known = new Map();

export const know = (item) => known.set(item.id, Promise.resolve(item));

// An item that cannot be had is told by the reason, so that it can be taken out; it is asked for again next time.
export function itemOf(id) {
  if (!known.has(id)) {
    const answer = ask(`/items/${encodeURIComponent(id)}`).catch((problem) => {
      known.delete(id);
      return { id, category: "?", title: problem.detail };
    });
    known.set(id, answer);
  }
  return known.get(id);
}
