// The outfit and the filters. They live in the URL's hash and nowhere else, so a reload, a link and the back button all keep them.
// A photo is too large for a URL: the hash holds its name, the session holds its pixels.

const PHOTO = "attire-photo-";
const changed = new EventTarget();
const unsaved = new Map();

// {items: [{name, id} or {name, photo, category}], maxPrice, soldOut, wishes}
export function outfit() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const items = new Map();
  for (const [kind, value] of hash) {
    const name = `${kind}=${value}`;
    if (kind === "item" && value) items.set(name, { name, id: value });
    if (kind === "photo") {
      const [photo, category] = [value.slice(0, value.indexOf(":")), value.slice(value.indexOf(":") + 1)];
      if (category && picture(photo)) items.set(name, { name, photo, category });
    }
  }
  const maxPrice = Number.parseFloat(hash.get("max"));
  const price = maxPrice >= 0 && maxPrice < Infinity ? maxPrice : null;
  return { items: [...items.values()], maxPrice: price, soldOut: hash.has("soldout"), wishes: hash.get("wishes")?.slice(0, 200) ?? "" };
}

export const nameOf = (id) => `item=${id}`;
export const onChange = (listener) => changed.addEventListener("change", () => listener(outfit()));
export const again = () => changed.dispatchEvent(new Event("change"));

export function add(...ids) {
  const { items } = outfit();
  const worn = new Set(items.map(({ id }) => id));
  write({ items: [...items, ...ids.filter((id) => !worn.has(id)).map((id) => ({ id }))] });
}

export function remove(name) {
  write({ items: outfit().items.filter((item) => item.name !== name) });
}

export function swap(name, id) {
  write({ items: outfit().items.map((item) => (item.name === name ? { id } : item)) });
}

export const clear = () => write({ items: [] });
export const filter = (filters) => write(filters);

export function addPhoto(dataUrl, category) {
  const photo = crypto.getRandomValues(new Uint32Array(2)).join("");
  unsaved.set(photo, dataUrl);
  try {
    sessionStorage.setItem(PHOTO + photo, dataUrl);
  } catch {
    // No room or no permission: it is kept until the page is left.
  }
  write({ items: [...outfit().items, { photo, category }] });
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

function write(change) {
  const next = { ...outfit(), ...change };
  const hash = new URLSearchParams();
  for (const { id, photo, category } of next.items) id ? hash.append("item", id) : hash.append("photo", `${photo}:${category}`);
  if (next.maxPrice !== null) hash.set("max", next.maxPrice);
  if (next.soldOut) hash.set("soldout", "");
  if (next.wishes) hash.set("wishes", next.wishes);
  const url = `#${hash}`;
  if (url === location.hash) return;
  history.pushState(null, "", url);
  again();
}

addEventListener("popstate", again);
