// What the catalogue is narrowed by, and its order. It lives in the URL's query and nowhere else, as the outfit does in the hash, so a reload, a
// link and the back button keep it.
const changed = new EventTarget();
const tell = () => changed.dispatchEvent(new Event("change"));

export const narrowing = () => new URLSearchParams(location.search);
export const onNarrow = (listener) => changed.addEventListener("change", listener);

// Empty values are taken out. `again`: in place of what this field said before, which is no step back.
export function narrow(values, { again = false } = {}) {
  const query = narrowing();
  for (const [name, value] of Object.entries(values)) value ? query.set(name, value) : query.delete(name);
  if (`${query}` === `${narrowing()}`) return false;
  history[again ? "replaceState" : "pushState"](null, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
  tell();
  return true;
}

// Follows a field that is typed into, once nothing more is typed for a moment, or it is left; one visit to it is one step back. Gives what says
// it at once.
export function followTyping(field, name, pause, read) {
  let waiting = null;
  let said = false;
  const take = () => {
    clearTimeout(waiting);
    waiting = null;
    said = narrow({ [name]: read() }, { again: said }) || said;
  };
  field.onfocus = () => (said = false);
  field.onblur = () => waiting && take();
  field.oninput = () => {
    clearTimeout(waiting);
    waiting = setTimeout(take, pause);
  };
  return take;
}

let before = location.search;
addEventListener("popstate", () => location.search !== before && tell());
onNarrow(() => (before = location.search));
