// <complete-the-look item="sku">: see docs/widget.md.

const NAME = "complete-the-look";
const SAYS = { heading: "Complete the look", add: "Add", added: "Added", complete: "This look is complete.", was: "was", categories: "" };

const STYLE = new CSSStyleSheet(); // no <style>: a shop's policy may refuse those
STYLE.replaceSync(`
:host{display:block;white-space:normal}
:host([hidden]){display:none!important}
h2,h3{margin:0 0 .75em;font-size:1.25em;font-weight:600}
h3{margin:1em 0 .5em;font-size:1em}
h3::first-letter,.category::first-letter{text-transform:uppercase}
ul{display:flex;gap:var(--attire-gap,.75rem);margin:0;padding:0 0 .5rem;list-style:none;overflow-x:auto}
:host([layout="grid"]) ul{display:grid;grid-template-columns:repeat(auto-fill, minmax(var(--attire-tile,9rem),1fr));overflow:visible}
li{flex:0 0 var(--attire-tile,min(9rem,42%));display:flex;flex-direction:column;gap:.25rem;min-width:0;position:relative}
span{overflow:hidden}
a{display:contents;color:inherit;text-decoration:none}
a:focus-visible .picture,button:focus-visible{outline:2px solid var(--attire-accent,currentColor);outline-offset:2px}
.picture{aspect-ratio:var(--attire-ratio,3/4)}
.picture,button{border-radius:var(--attire-radius,6px)}
.picture,.wait *{display:block;background:var(--attire-ground,#f2f1ef)}
img{display:block;width:100%;height:100%;object-fit:var(--attire-fit,contain);object-position:bottom}
.words{display:grid;place-content:center;height:100%;padding:.5rem;text-align:center;font-size:.8em}
.brand,.category,.price{min-height:1.3em}
.brand,.category,.title{unicode-bidi:plaintext}
.brand,.category{font-size:.75em;white-space:nowrap;text-overflow:ellipsis;opacity:.75}
.title{display:-webkit-box;min-height:2.6em;font-size:.85em;line-height:1.3;-webkit-box-orient:vertical;-webkit-line-clamp:2}
.price{display:flex;flex-wrap:wrap;gap:0 .4em;font-size:.9em;font-weight:600}
.price s{font-weight:400;opacity:.65}
button{min-height:2.5rem;padding:.25rem .75rem;border:1px solid;background:none;color:var(--attire-accent,inherit);font:inherit;font-size:.85em;cursor:pointer;margin-top:auto}
.brand:empty,.price,button{order:1}
button[aria-disabled]{cursor:default;background:var(--attire-accent,#222);color:var(--attire-on-accent,#fff)}
.wait *{color:transparent}
.unseen{position:absolute;width:1px;clip-path:inset(50%);white-space:nowrap}
@media (prefers-reduced-motion:no-preference){.wait{animation:wait 1s infinite alternate}@keyframes wait{to{opacity:.5}}}
`);

const warned = new Set();
const warn = (why) => warned.has(why) || (warned.add(why), console.warn(`<${NAME}>: ${why}`));

const unique = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

function el(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter(Boolean));
  return element;
}

const span = (part, ...children) => el("span", { className: part, part }, ...children);

class CompleteTheLook extends HTMLElement {
  static observedAttributes = `item outfit key slots k layout text currency locale session user home quiet label-${Object.keys(SAYS).join(" label-")}`.split(" ");
  #root = this.attachShadow({ mode: "open" });
  #asked;
  #says = SAYS;
  #watch = new IntersectionObserver((entries) => entries.some((one) => one.isIntersecting) && this.#ask(), { rootMargin: "300px" });

  async connectedCallback() {
    this.#root.adoptedStyleSheets = [STYLE];
    const known = CompleteTheLook.observedAttributes;
    const odd = this.getAttributeNames().filter((name) => !known.includes(name) && !(name in this && (name !== "slot" || this.assignedSlot)) && !/^(class|tabindex|data-|aria-|\W|_)/.test(name));
    if (odd[0]) warn(`no attribute is called ${odd}; there are ${known}`);
    const [lang] = this.#lang.toLowerCase().split(/\W|_/);
    if (/^(de|es|fr|it|nl)$/.test(lang)) this.#says = (await import("./attire-words.js").catch(warn))?.[lang] ?? SAYS;
    this.#wait();
    this.#watch.observe(this);
  }

  disconnectedCallback() {
    this.#watch.disconnect();
    this.#asked?.abort();
    this.#asked = null;
  }

  attributeChangedCallback(_, before, now) {
    if (before !== now && this.#asked) queueMicrotask(() => this.#ask());
  }

  get #inRow() {
    return (this.#fit("layout", /^(row|slots|grid)$/) ?? "row") === "row";
  }

  get #home() {
    return this.#of("home") ?? new URL(import.meta.url).origin;
  }

  #of(name) {
    return this.getAttribute(name) || undefined;
  }

  #fit(name, form) {
    const said = this.#of(name);
    if (!said || form.test(said)) return said;
    warn(`${name}="${said}" does not match ${form}: left out`);
  }

  #listed(...names) {
    return [...new Set(names.map((name) => this.#of(name)).join().trim().split(/\s*,\s*/).filter(Boolean))];
  }

  get #keys() {
    const key = this.#of("key");
    return key && { "X-API-Key": key };
  }

  get #visit() {
    try {
      return this.#of("session") ?? (sessionStorage["attire-session"] ??= unique());
    } catch {}
  }

  get #lang() {
    return (this.closest("[lang]") ?? document.documentElement).lang;
  }

  #said(name) {
    return this.getAttribute(`label-${name}`) ?? this.#says[name];
  }

  #named(category = "") {
    return new Map(this.#listed("label-categories").map((one) => one.split(/\s*=\s*/))).get(category) ?? category;
  }

  async #ask() {
    const [items, slots] = [this.#listed("item", "outfit"), this.#listed("slots")];
    this.#watch.disconnect();
    this.#asked?.abort();
    const mine = (this.#asked = new AbortController());
    if (!items[0]) return this.#none('give it an item: item="sku"');
    setTimeout(() => mine.abort(Error("no answer in 10 s")), 1e4);
    const k = +(this.#fit("k", /^[1-9]\d*$/) ?? (this.#inRow ? 3 : 6));
    const body = { items, slots: slots[0] && slots, k, session: this.#visit, user: this.#of("user"), text: this.#of("text"), fields: ["sizes"] };
    try {
      const response = await this.#send("/complete-outfit", body, { signal: mine.signal });
      const answer = await response.json();
      if (!response.ok) return this.#none(`${answer.title}: ${answer.detail}`);
      if (answer.missing[0]) warn(`not in the catalogue: ${answer.missing}`);
      this.hidden = false;
      this.#show(answer, items[1]);
      this.#raise("attire:shown", answer);
    } catch (error) {
      if (this.#asked === mine) this.#none(`${this.#home} cannot be asked (${error}): does it answer (http://…)? was the key made with --origin ${origin}? does connect-src allow it?`);
    }
  }

  #send(path, body, more) {
    const headers = { "Content-Type": "application/json", ...this.#keys };
    return fetch(this.#home + path, { method: "POST", headers, body: JSON.stringify(body), ...more });
  }

  #raise(name, detail) {
    return this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, cancelable: true, detail: { ...detail, session: this.#visit } }));
  }

  #none(why) {
    this.hidden = true;
    warn(why);
  }

  #wait() {
    const [rows, length] = this.#inRow ? [3, 3] : [2, 6];
    this.#show({ slots: Array(this.#listed("slots").length || rows).fill({ category: "\u00a0", items: Array(length).fill({}) }) });
    for (const one of this.#root.querySelectorAll("h3, ul")) one.inert = true;
  }

  #show(answer, several) {
    const slots = answer.slots.filter(({ items }) => items.length);
    if (!slots[0] && answer.complete && several) return this.#draw(el("p", { part: "complete" }, this.#said("complete")));
    if (!slots[0]) return this.#none(`no suggestion: ${answer.why_not ?? (answer.slots.map(({ fallback }) => fallback).join("; ") || "nothing is missing")}`);
    const list = (items, ariaLabel) => el("ul", { part: "tiles", ariaLabel }, ...items.map((item) => this.#tile(item, answer.recommendation_id)));
    const turns = slots.flatMap(({ items }) => [...items.entries()]).sort(([one], [other]) => one - other);
    if (this.#inRow) return this.#draw(list(turns.map(([, item]) => item), this.#said("heading")));
    this.#draw(...slots.map(({ category, items }) => el("section", { part: "slot" }, el("h3", { part: "category" }, this.#named(category)), list(items, this.#named(category)))));
  }

  #draw(...content) {
    this.#root.replaceChildren(el("h2", { part: "heading" }, this.#said("heading")), ...content);
  }

  #tile(item, recommendation_id) {
    const category = this.#named(item.category);
    const name = item.title || category;
    const facts = [this.#picture(item, name), this.#inRow && span("category", category), span("brand", !`${name} `.startsWith(`${item.brand} `) && item.brand), span("title", name), this.#price(item)];
    const seen = ({ button }) => button < 2 && this.#told("view", item, recommendation_id); // the middle one opens a tab
    const link = /^https?:/.test(item.url) && el("a", { part: "link", href: item.url, onclick: seen, onauxclick: seen }, ...facts);
    const add = el("button", { part: "add" }, this.#said("add"), span("unseen", ` ${name}`));
    add.onclick = () => {
      if (add.ariaDisabled || !this.#raise("attire:add", { item, recommendation_id })) return;
      this.#told("add_to_cart", item, recommendation_id);
      add.ariaDisabled = "true";
      add.firstChild.data = this.#said("added");
    };
    const tile = el("li", item.id ? { part: "tile" } : { className: "wait" }, ...(link ? [link] : facts), add);
    tile.addEventListener("focusin", ({ target }) => target.matches(":focus-visible") && tile.scrollIntoView({ block: "nearest", inline: "nearest" }));
    return tile;
  }

  #picture(item, name) {
    const frame = span("picture");
    const words = () => frame.replaceChildren(span("words", name));
    const address = item.thumbnail_url ?? item.image_url;
    if (!address) return words(), frame;
    const small = new URL(address, this.#home).href;
    const image = el("img", { alt: "", loading: "lazy", sizes: "auto, 9rem" });
    if (item.thumbnail_url) image.srcset = [128, 256, 384, 512].map((width) => `${small.replace(/width=\d+/, `width=${width}`)} ${width}w`).join();
    image.onerror = () => this.#fetched(small, image).catch(words);
    image.src = small;
    image.onload = () => (frame.style.background = "var(--attire-ground,none)");
    frame.append(image);
    return frame;
  }

  async #fetched(url, image) {
    image.onerror = null;
    const response = await fetch(url, { headers: this.#keys });
    if (!response.ok) throw response;
    image.srcset = "";
    image.src = URL.createObjectURL(await response.blob());
    await image.decode();
    URL.revokeObjectURL(image.src);
  }

  #price({ price, sale_price: sale, currency }) {
    return span("price", this.#amount(sale ?? price, currency), sale < price && el("s", {}, span("unseen", `${this.#said("was")} `), this.#amount(price, currency)));
  }

  #amount(value, said) {
    if (value == null) return;
    const own = this.#fit("currency", /^[a-z]{3}$/i);
    const currency = said ?? own;
    const locale = (this.#of("locale") ?? this.#lang).replaceAll("_", "-") || undefined;
    try {
      return value.toLocaleString(locale, currency ? { style: "currency", currency } : { minimumFractionDigits: 2 });
    } catch (error) {
      warn(`locale="${locale}" or currency="${currency}": ${error.message}`);
      return `${value.toFixed(2)} ${currency ?? ""}`;
    }
  }

  #told(type, { id: item, price, sale_price: sale, currency }, recommendation_id) {
    const session = this.#visit;
    if (!session || this.hasAttribute("quiet")) return;
    const event = { id: unique(), type, item, session, user: this.#of("user"), recommendation_id, price: sale ?? price, currency: currency?.match(/^[A-Z]{3}$/)?.[0] };
    this.#send("/events", { events: [event] }, { keepalive: true }).then(
      ({ ok, status }) => ok || warn(`an event was answered ${status}; has the key the scope 'events'?`),
      (error) => warn(`an event was not sent: ${error}`),
    );
  }
}

customElements.get(NAME) ?? customElements.define(NAME, CompleteTheLook);
