// The outfit, the filters, and the piece that is looked at. They live in the URL's hash and nowhere else, so a reload, a link and the back
// button all keep them. A photo is too large for a URL: the hash holds its name, the session holds its pixels.

const PHOTO = "attire-photo-";
const MOST_OUT = 50;
const heard = new EventTarget();
const unsaved = new Map();

// {items: [{name, id, kept} or {name, photo, category, kept}], out: [id], budget, soldOut, wishes, view}; what is not kept came with a look, and goes with it;
// what was taken out, or swapped for another, does not come back with one.
export function outfit() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const items = new Map();
  for (const [kind, value] of hash) {
    if ((kind === "item" || kind === "look") && value) items.set(value, { name: nameOf(value), id: value, kept: kind === "item" });
    if (kind === "photo") {
      const [photo, category] = [value.slice(0, value.indexOf(":")), value.slice(value.indexOf(":") + 1)];
      if (category && picture(photo)) items.set(`photo ${value}`, { name: `photo=${value}`, photo, category, kept: true });
    }
  }
  const most = Number.parseFloat(hash.get("budget"));
  const budget = most >= 0 && most < Infinity ? most : null;
  const wishes = hash.get("wishes")?.slice(0, 200) ?? "";
  return { items: [...items.values()], out: hash.getAll("out"), budget, soldOut: hash.has("soldout"), wishes, view: hash.get("view") || null };
}

export const nameOf = (id) => `item=${id}`;
export const wears = (id) => outfit().items.some((one) => one.id === id);
export const onChange = (listener) => heard.addEventListener("change", () => listener(outfit()));
export const onView = (listener) => heard.addEventListener("view", () => listener(outfit().view));
export const again = () => heard.dispatchEvent(new Event("change"));

function withMore(ids) {
  const { items } = outfit();
  const worn = new Set(items.map(({ id }) => id));
  return { items: [...items, ...ids.filter((id) => !worn.has(id)).map((id) => ({ id, kept: true }))] };
}

export const add = (...ids) => write(withMore(ids));

// What a look is made around: what is kept, or all of it where nothing is.
export function base(items) {
  const kept = items.filter((item) => item.kept);
  return kept.length ? kept : items;
}

// What completes what stays; the look is made around what is kept.
function around(stay, ids) {
  const kept = base(stay);
  const there = new Set(stay.map(({ id }) => id));
  write({ items: [...stay.map((item) => ({ ...item, kept: kept.includes(item) })), ...ids.filter((id) => !there.has(id)).map((id) => ({ id, kept: false }))] });
}

export const fill = (ids) => around(outfit().items, ids);
export const choose = (ids) => around(base(outfit().items), ids); // in place of the look before

// `into` tells by its name what becomes of an item; nothing where it stays as it is.
function changed(into) {
  const { items, out } = outfit();
  const gone = items.filter(({ name, id }) => id && into[name]).map(({ id }) => id);
  return { items: items.flatMap((item) => into[item.name]?.(item) ?? [item]), out: [...new Set([...out, ...gone])] };
}

const change = (into) => write(changed(into));
const without = (name) => ({ [name]: () => [] });
export const remove = (name) => change(without(name));
export const swap = (name, id) => change({ [name]: () => [{ id, kept: true }] });
export const keep = (name, kept) => change({ [name]: (item) => [{ ...item, kept }] });
// Each of some pieces for another one, which is as much, or as little, kept: {name: id}.
export const exchange = (others) => change(Object.fromEntries(Object.entries(others).map(([name, id]) => [name, ({ kept }) => [{ id, kept }]])));
export const clear = () => write({ items: [] });
export const filter = (filters) => write(filters);

export const look = (id) => write({ view: id }, { viewed: true });

// Puts on, or takes off, the piece that is looked at, and leaves its page.
export const wearAndLeave = (id) => write({ ...(wears(id) ? changed(without(nameOf(id))) : withMore([id])), view: null });

// Back to where the piece was opened from, so that the back button does not open it again.
export function lookAway() {
  if (history.state?.viewed) history.back();
  else write({ view: null });
}

export function addPhoto(dataUrl, category) {
  const photo = crypto.getRandomValues(new Uint32Array(2)).join("");
  unsaved.set(photo, dataUrl);
  try {
    sessionStorage.setItem(PHOTO + photo, dataUrl);
  } catch {
    // No room or no permission: it is kept until the page is left.
  }
  write({ items: [...outfit().items, { photo, category, kept: true }] });
}

export function picture(photo) {
  try {
    return unsaved.get(photo) ?? sessionStorage.getItem(PHOTO + photo);
  } catch {
    return null;
  }
}

// The outfit's items as a request names them.
export const asked = (items) =>
  items.map(({ id, photo, category }) => (id ? { id } : { image: { base64: picture(photo) }, category }));

function hashOf({ items, out, budget, soldOut, wishes, view }) {
  const hash = new URLSearchParams();
  for (const { id, photo, category, kept } of items) id ? hash.append(kept ? "item" : "look", id) : hash.append("photo", `${photo}:${category}`);
  if (items.length) out.filter((id) => !items.some((item) => item.id === id)).slice(-MOST_OUT).forEach((id) => hash.append("out", id));
  if (budget !== null) hash.set("budget", budget);
  if (soldOut) hash.set("soldout", "");
  if (wishes) hash.set("wishes", wishes);
  if (view) hash.set("view", view);
  return `#${hash}`;
}

function write(change, state = null) {
  const url = hashOf({ ...outfit(), ...change });
  if (url === location.hash) return;
  const left = history.state?.viewed && change.view === null; // in place of the step that opened it, so that the back button does not
  history[left ? "replaceState" : "pushState"](state, "", url);
  tell();
}

const withoutView = () => hashOf({ ...outfit(), view: null });
let before = withoutView();

function tell() {
  const now = withoutView();
  if (now !== before) again();
  before = now;
  heard.dispatchEvent(new Event("view"));
}

addEventListener("popstate", tell);
