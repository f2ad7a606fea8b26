// <complete-the-look item="sku">: what completes an item or an outfit, on any page of a shop. See docs/widget.md.
// Shoppers see no fault: without an answer it takes no room, and the console says why.

const HOME = new URL(import.meta.url).origin;
const SESSION = "attire-session";
const WIDTHS = [128, 256, 384, 512];
const SAYS = { heading: "Complete the look", add: "Add", added: "Added", complete: "This look is complete." };

const STYLE = new CSSStyleSheet(); // no <style>: a shop's policy may refuse those
STYLE.replaceSync(`
:host { display: block; }
:host([hidden]) { display: none; }
h2, h3 { margin: 0 0 .75em; font-size: 1.25em; font-weight: 600; }
h3 { margin: 1em 0 .5em; font-size: 1em; text-transform: capitalize; }
ul { display: flex; gap: var(--attire-gap, .75rem); margin: 0; padding: 0 0 .5rem; list-style: none; overflow-x: auto; }
:host([layout="grid"]) ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(var(--attire-tile, 9rem), 1fr)); overflow: visible; }
li { flex: 0 0 var(--attire-tile, 9rem); display: flex; flex-direction: column; gap: .25rem; min-width: 0; position: relative; }
a { display: contents; color: inherit; text-decoration: none; }
a:focus-visible .frame, button:focus-visible { outline: 2px solid var(--attire-accent, currentColor); outline-offset: 2px; }
.frame { aspect-ratio: var(--attire-ratio, 3 / 4); overflow: hidden; border-radius: var(--attire-radius, .375rem); }
.frame, .wait :not(li) { display: block; background: var(--attire-ground, #f2f1ef); }
img { display: block; width: 100%; height: 100%; object-fit: var(--attire-fit, contain); }
.words { display: grid; place-content: center; height: 100%; padding: .5rem; text-align: center; font-size: .8em; }
.brand, .category { min-height: 1.3em; overflow: hidden; font-size: .75em; white-space: nowrap; text-overflow: ellipsis; opacity: .75; }
.category { text-transform: capitalize; }
.title { display: -webkit-box; min-height: 2.6em; overflow: hidden; font-size: .85em; line-height: 1.3; -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
.price { min-height: 1.3em; font-size: .9em; font-weight: 600; }
.price s { margin-inline-start: .4em; font-weight: 400; opacity: .65; }
button { min-height: 2.5rem; padding: .25rem .75rem; border: 1px solid; border-radius: var(--attire-radius, .375rem); background: none; color: var(--attire-accent, inherit);
  font: inherit; font-size: .85em; cursor: pointer; }
button[aria-pressed="true"] { background: var(--attire-accent, #222); color: var(--attire-on-accent, #fff); }
.wait :not(li) { border-color: transparent; color: transparent; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: no-preference) { .wait { animation: wait 1.2s infinite alternate; } @keyframes wait { to { opacity: .5; } } }
`);

const warn = (why) => console.warn(`<complete-the-look>: ${why}`);

const unique = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value == null) continue;
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

// The shopper's visit: what is bought in one is learned from.
function visit(given) {
  if (given) return given;
  try {
    const known = sessionStorage.getItem(SESSION) ?? unique();
    sessionStorage.setItem(SESSION, known);
    return known;
  } catch {
    // No storage here: nothing is learned from it.
  }
}

class CompleteTheLook extends HTMLElement {
  static observedAttributes = ["item", "outfit", "slots", "k", "key", "home", "currency", "locale", "text"];
  #root = this.attachShadow({ mode: "open" });
  #seen = false;
  #asked = null;
  #watch = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && this.#come(), { rootMargin: "300px" });

  connectedCallback() {
    this.#root.adoptedStyleSheets = [STYLE];
    this.#wait();
    this.#watch.observe(this);
  }

  disconnectedCallback() {
    this.#watch.disconnect();
    this.#asked?.abort();
  }

  attributeChangedCallback(_, before, now) {
    if (before !== now && this.#seen && this.isConnected) queueMicrotask(() => this.#ask());
  }

  get #home() {
    return this.getAttribute("home") ?? HOME;
  }

  get #items() {
    const words = `${this.getAttribute("item") ?? ""},${this.getAttribute("outfit") ?? ""}`;
    return [...new Set(words.split(",").map((id) => id.trim()).filter(Boolean))];
  }

  get #slots() {
    const named = this.getAttribute("slots")?.split(",").map((name) => name.trim()).filter(Boolean);
    return named?.length ? named.map((category) => ({ category })) : undefined;
  }

  get #inRow() {
    return (this.getAttribute("layout") ?? "row") === "row";
  }

  get #visit() {
    return visit(this.getAttribute("session"));
  }

  #said(name) {
    return this.getAttribute(`label-${name}`) ?? SAYS[name];
  }

  #come() {
    this.#watch.disconnect();
    this.#seen = true;
    this.#ask();
  }

  async #ask() {
    const items = this.#items;
    this.#asked?.abort();
    if (!items.length) return this.#none("give it an item or an outfit: <complete-the-look item=\"sku\">");
    const mine = (this.#asked = new AbortController());
    const k = Number(this.getAttribute("k")) || (this.#inRow ? 3 : 6);
    const [user, text] = ["user", "text"].map((name) => this.getAttribute(name) || undefined);
    const body = { items: items.map((id) => ({ id })), slots: this.#slots, k, session: this.#visit, user, text };
    try {
      const response = await this.#send("/complete-outfit", body, { signal: mine.signal });
      const answer = await response.json();
      if (!response.ok) return this.#none(`${answer.title}: ${answer.detail}`);
      this.hidden = false;
      this.#show(answer);
      this.dispatchEvent(new CustomEvent("attire:shown", { bubbles: true, composed: true, detail: answer }));
    } catch (error) {
      if (!mine.signal.aborted) this.#none(`${this.#home} cannot be asked (${error.message}); is ${location.origin} an origin of the key? does the page's policy allow it (connect-src)?`);
    }
  }

  #send(path, body, more = {}) {
    const headers = { "Content-Type": "application/json" };
    if (this.getAttribute("key")) headers["X-API-Key"] = this.getAttribute("key");
    return fetch(this.#home + path, { method: "POST", headers, body: JSON.stringify(body), ...more });
  }

  #none(why) {
    this.hidden = true;
    warn(why);
  }

  // As high as the answer.
  #wait() {
    const lines = this.#inRow ? ["frame", "category", "brand", "title", "price"] : ["frame", "brand", "title", "price"];
    const tile = () => el("li", { className: "wait" }, ...lines.map((name) => el("span", { className: name })), el("button", { disabled: true }, "…"));
    const row = () => el("div", {}, this.#inRow ? null : el("h3", {}, "\u00a0"), el("ul", {}, ...Array.from({ length: 6 }, tile)));
    const rows = this.#inRow ? 1 : (this.#slots?.length ?? 2);
    this.#draw(el("div", { ariaHidden: "true" }, ...Array.from({ length: rows }, row)));
  }

  #show(answer) {
    const slots = answer.slots.filter(({ items }) => items.length);
    if (!slots.length) return this.#draw(answer.complete ? el("p", { part: "complete" }, this.#said("complete")) : null);
    const tiles = slots.map(({ items }) => items.map((item) => this.#tile(item, answer.recommendation_id)));
    const list = (some, label) => el("ul", { part: "tiles", ariaLabel: label }, ...some);
    if (this.#inRow) return this.#draw(list(tiles.flat(), this.#said("heading")));
    const row = ({ category }, place) => el("section", { part: "slot" }, el("h3", { part: "category" }, category), list(tiles[place], category));
    this.#draw(...slots.map(row));
  }

  #draw(...content) {
    const heading = el("h2", { part: "heading" }, this.#said("heading"));
    this.#root.replaceChildren(heading, ...content.filter(Boolean));
  }

  #tile(item, recommendation) {
    const name = item.title || item.category;
    const text = (part, words) => el("span", { className: part, part, dir: "auto" }, words);
    const facts = [
      this.#picture(item, name),
      this.#inRow ? text("category", item.category) : null,
      text("brand", item.brand ?? ""),
      text("title", name),
      this.#price(item),
    ];
    const pressed = () => this.#told("view", item, recommendation);
    const link = /^https?:/.test(item.url ?? "") ? el("a", { part: "link", href: item.url, onclick: pressed }, ...facts) : null;
    const add = el("button", { type: "button", part: "add", ariaPressed: "false" }, this.#said("add"), el("span", { className: "unseen" }, ` ${name}`));
    add.onclick = () => {
      const event = new CustomEvent("attire:add", { bubbles: true, composed: true, cancelable: true, detail: { item, recommendation_id: recommendation } });
      if (!this.dispatchEvent(event)) return; // not taken
      this.#told("add_to_cart", item, recommendation);
      add.ariaPressed = "true";
      add.firstChild.data = this.#said("added");
    };
    return el("li", { part: "tile" }, ...(link ? [link] : facts), add);
  }

  #picture(item, name) {
    const frame = el("span", { className: "frame", part: "picture" });
    const words = () => frame.replaceChildren(el("span", { className: "words" }, name));
    if (!item.thumbnail_url && !item.image_url) {
      words();
      return frame;
    }
    const small = new URL(item.thumbnail_url ?? item.image_url, this.#home).href;
    const image = el("img", { alt: "", loading: "lazy", decoding: "async" });
    if (item.thumbnail_url) {
      image.sizes = "auto, 9rem";
      image.srcset = WIDTHS.map((width) => `${small.replace(/width=\d+/, `width=${width}`)} ${width}w`).join(", ");
    }
    image.onerror = () => this.#fetched(small, image).catch(words);
    image.src = small;
    frame.append(image);
    return frame;
  }

  // With the key, where pictures are not public.
  async #fetched(url, image) {
    image.onerror = null;
    const key = this.getAttribute("key");
    const response = await fetch(url, key ? { headers: { "X-API-Key": key } } : {});
    if (!response.ok) throw new Error(response.statusText);
    image.removeAttribute("srcset");
    image.src = URL.createObjectURL(await response.blob());
    image.onload = () => URL.revokeObjectURL(image.src);
  }

  #price({ price, sale_price: sale, currency }) {
    const now = typeof sale === "number" && !(sale >= price) ? sale : price;
    const told = el("span", { className: "price", part: "price" });
    if (typeof now === "number") told.append(this.#amount(now, currency));
    if (typeof now === "number" && now < price) told.append(el("s", {}, el("span", { className: "unseen" }, "was "), this.#amount(price, currency)));
    return told;
  }

  #amount(value, said) {
    const currency = said ?? this.getAttribute("currency");
    const locale = this.getAttribute("locale") ?? (this.closest("[lang]")?.lang || undefined);
    try {
      return new Intl.NumberFormat(locale, currency ? { style: "currency", currency } : { minimumFractionDigits: 2 }).format(value);
    } catch {
      return `${value.toFixed(2)} ${currency ?? ""}`.trim();
    }
  }

  // Outlives the page as a beacon does, but carries the key.
  #told(type, { id: item, price, sale_price: sale }, recommendation) {
    const session = this.#visit;
    if (!session || this.hasAttribute("quiet")) return;
    const event = { id: unique(), type, item, session, recommendation_id: recommendation };
    if (this.getAttribute("user")) event.user = this.getAttribute("user");
    if (typeof (sale ?? price) === "number") event.price = sale ?? price;
    this.#send("/events", { events: [event] }, { keepalive: true }).then(
      (response) => response.ok || warn(`an event was answered ${response.status}; has the key the scope \`events\`?`),
      (error) => warn(`an event was not sent (${error.message})`),
    );
  }
}

if (!customElements.get("complete-the-look")) customElements.define("complete-the-look", CompleteTheLook);
