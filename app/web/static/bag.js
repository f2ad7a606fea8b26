// What is in the bag: kept by the browser, so that a reload, and another tab, find it.

const KEY = "attire-bag";
const MOST = 99;
const changed = new EventTarget();
let unsaved = [];

const sane = ({ id, size = null, count, recommendation = null }) => ({ id, size, recommendation, count: Math.min(MOST, Math.max(1, Math.trunc(count) || 1)) });

// [{id, size, count, recommendation}]
export function lines() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return kept.filter((one) => typeof one?.id === "string").map(sane);
  } catch {
    return unsaved;
  }
}

export const onBag = (listener) => changed.addEventListener("change", listener);
export const pieces = () => lines().reduce((sum, { count }) => sum + count, 0);
export const countOf = (id) => lines().reduce((sum, line) => sum + (line.id === id ? line.count : 0), 0);
export const holds = (id) => countOf(id) > 0;

// One more of each; a size that was chosen before stays.
export function put(...pieces) {
  const all = lines();
  for (const { id, size = null, recommendation = null } of pieces) {
    const same = all.find((line) => line.id === id && line.size === size);
    if (same) same.count = Math.min(MOST, same.count + 1);
    else all.push(sane({ id, size, count: 1, recommendation }));
  }
  write(all);
}

const alter = (place, into) => write(lines().flatMap((line, at) => (at === place ? into(line) : [line])));
export const count = (place, number) => alter(place, (line) => (number > 0 ? [{ ...line, count: number }] : []));
export const size = (place, chosen) => alter(place, (line) => [{ ...line, size: chosen || null }]);
export const takeOut = (place) => alter(place, () => []);
export const empty = () => write([]);

function write(all) {
  unsaved = all;
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // No room or no permission: it is kept until the page is left.
  }
  changed.dispatchEvent(new Event("change"));
}

addEventListener("storage", ({ key }) => key === KEY && changed.dispatchEvent(new Event("change")));
