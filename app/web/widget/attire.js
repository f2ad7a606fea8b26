// <complete-the-look item="sku">: see docs/widget.md.

const NAME = "complete-the-look";
const SAYS = { heading: "Complete the look", add: "Add", added: "Added", complete: "This look is complete.", was: "was", categories: "" };
const NO_ROOM = ":host{display:none!important}";
const ITS_OWN_ROOM = ":host{min-height:0!important}";
const UNSENT = "attire-unsent";
const MOST = 50;

const CSS = `
:host{display:block;white-space:normal}
:host([hidden]){display:none!important}
h2,h3{margin:0 0 .75em;font-size:1.25em;font-weight:600}
h3{margin:1em 0 .5em;font-size:1em}
:is(h3,.category,.title)::first-letter{text-transform:uppercase}
ul{display:flex;gap:var(--attire-gap,.75rem);margin:0;padding:2px 2px .5rem;list-style:none;overflow-x:auto;scroll-padding:2px}
:host([layout="grid"]) ul{display:grid;grid-template-columns:repeat(auto-fill, minmax(var(--attire-tile,9rem),1fr));overflow:visible}
li{flex:0 0 var(--attire-tile,min(9rem,42%));display:flex;flex-direction:column;gap:.25rem;min-width:0;position:relative}
a{display:flex;flex-direction:column;gap:.25rem;color:inherit;text-decoration:none}
a:focus-visible{outline:0}
a:focus-visible .title{text-decoration:underline}
a:focus-visible .picture{outline:2px solid var(--attire-accent,currentColor)}
button:focus-visible{outline:2px solid;outline-offset:-5px}
.picture{aspect-ratio:var(--attire-ratio,3/4)}
.picture,button{border-radius:var(--attire-radius,6px)}
.picture,.wait *{display:block;background:var(--attire-ground,#f2f1ef)}
img{display:block;width:100%;height:100%;object-fit:var(--attire-fit,contain);object-position:bottom}
.words{display:grid;place-content:center;height:100%;padding:.5rem;text-align:center;font-size:.8em;color:var(--attire-on-ground,#222)}
.brand,.category,.price{min-height:1.4em;line-height:1.4}
.picture,.brand,.category,.title,.unseen{overflow:hidden}
.brand,.category,.title{text-align:-webkit-match-parent;text-align:match-parent;unicode-bidi:plaintext}
.brand,.category{font-size:.75em;white-space:nowrap;text-overflow:ellipsis;opacity:.75}
.title{display:-webkit-box;min-height:2.8em;font-size:.85em;line-height:1.4;-webkit-box-orient:vertical;-webkit-line-clamp:2}
.price{display:flex;flex-wrap:wrap;gap:0 .4em;font-size:.9em;font-weight:600}
.price s{font-weight:400;opacity:.65}
button{min-height:2.5rem;padding:.25rem .75rem;border:1px solid;background:none;color:var(--attire-accent,inherit);font:inherit;font-size:.85em;cursor:pointer;margin-top:auto}
button[aria-disabled]{cursor:default;background:var(--attire-accent,#222);color:var(--attire-on-accent,#fff)}
.wait *{color:transparent}
.unseen{position:absolute;width:1px;clip-path:inset(50%);white-space:nowrap}
@media (prefers-reduced-motion:no-preference){.wait{animation:wait 1s infinite alternate}@keyframes wait{to{opacity:.5}}}
@media print{ul{flex-wrap:wrap;overflow:visible}}
`;

let sheet; // no <style>: a shop's policy may refuse those
let unsent; // what the service has not taken yet: {home, event}
let sendings = 0; // that failed, one after another
let keyHelps; // whether pictures that do not come without the key come with it, once one was asked for
const onTheirWay = new Set();

const warned = new Set();
const warn = (why) => !why || warned.has(`${why}`) || (warned.add(`${why}`), console.warn(`<${NAME}>: ${why}`));

const unique = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

const passes = (response) => !response || response.status === 429 || response.status > 499;

/** Five times at most, each time after twice as long. */
function later(again, response, tries) {
  const said = Number(response?.headers.get("Retry-After") || NaN);
  if (passes(response) && said <= 600 && tries < 5) return setTimeout(again, 1e3 * Math.max(said, 2 ** tries));
}

function keep(events) {
  unsent = events.slice(-MOST);
  try {
    if (unsent[0]) sessionStorage[UNSENT] = JSON.stringify(unsent);
    else delete sessionStorage[UNSENT];
  } catch {}
}

function kept() {
  try {
    return (unsent ??= JSON.parse(sessionStorage[UNSENT] ?? "[]"));
  } catch {
    return (unsent = []);
  }
}

function el(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter(Boolean));
  return element;
}

const span = (part, ...children) => el("span", { className: part, part }, ...children);

class CompleteTheLook extends (globalThis.HTMLElement ?? Object) {
  static observedAttributes = `item outfit key slots k layout text currency locale session user user-signature home quiet label-${Object.keys(SAYS).join(" label-")}`.split(" ");
  #root = this.attachShadow({ mode: "open" });
  #room = new CSSStyleSheet();
  #says = SAYS;
  #due; // an update is
  #question; // what it asks, as text
  #words;
  #asked; // while an answer is awaited
  #answer;
  #again = () => {}; // draws what is shown anew
  #failed;
  #tries = 0;
  #timer;
  #added = new Set();
  #buttons = new WeakMap();
  #watch = new IntersectionObserver((entries) => entries.some((one) => one.isIntersecting) && this.#ask(), { rootMargin: "300px" });
  #languages = new MutationObserver(() => this.#changed());
  #online = () => {
    if (this.#failed) this.#ask();
    this.#sendKept();
  };

  connectedCallback() {
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
    this.#root.adoptedStyleSheets = [sheet, this.#room];
    const known = CompleteTheLook.observedAttributes;
    const odd = this.getAttributeNames().filter((name) => !known.includes(name) && !(name in this && (name !== "slot" || this.assignedSlot)) && !/^(class|tabindex|data-|aria-|\W|_)/.test(name));
    if (odd[0]) warn(`no attribute is called ${odd}; there are ${known}`);
    addEventListener("online", this.#online);
    for (let root = this.getRootNode(); root; root = root.host?.getRootNode()) this.#languages.observe(root, { subtree: true, attributeFilter: ["lang"] });
    this.#changed();
  }

  disconnectedCallback() {
    removeEventListener("online", this.#online);
    this.#languages.disconnect();
    if (!this.#answer) this.#forget();
  }

  attributeChangedCallback(_, before, now) {
    if (before !== now) this.#changed();
  }

  /** Once, however much does. */
  #changed() {
    this.#due ??= Promise.resolve().then(() => this.#update());
  }

  async #update() {
    this.#due = null;
    await this.#speak();
    if (!this.isConnected) return;
    const words = JSON.stringify([this.#lang, ...CompleteTheLook.observedAttributes.map((name) => this.getAttribute(name))]);
    const same = words === this.#words;
    this.#words = words;
    const question = JSON.stringify([this.#home, ["key", "session", "user", "user-signature"].map((name) => this.#of(name)), this.#asks]);
    if (question === this.#question) return same || this.#again();
    this.#forget();
    this.#question = question;
    this.#wait();
    this.#watch.observe(this);
  }

  #forget() {
    this.#watch.disconnect();
    this.#asked?.abort();
    clearTimeout(this.#timer);
    this.#asked = this.#answer = this.#question = this.#failed = null;
    this.#tries = 0;
  }

  async #speak() {
    const [lang] = this.#lang.toLowerCase().split(/\W|_/);
    const told = /^(ar|da|de|es|fr|it|n[blo]|pl|pt|sv)$/.test(lang) && (await import("./attire-words.js").catch(warn))?.[lang];
    this.#says = told || { ...SAYS, lang: lang === "en" ? "" : "en" };
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

  get #quiet() {
    return this.hasAttribute("quiet");
  }

  get #visit() {
    try {
      if (!this.#quiet) return this.#of("session") ?? (sessionStorage["attire-session"] ??= unique());
    } catch {}
  }

  get #shopper() {
    return !this.#quiet && { session: this.#visit, user: this.#of("user"), user_signature: this.#of("user-signature") };
  }

  get #lang() {
    let [at, said] = [this];
    while (at && !(said = at.closest("[lang]"))) at = at.getRootNode().host;
    return said?.lang ?? "";
  }

  #said(name) {
    return this.getAttribute(`label-${name}`) ?? this.#says[name];
  }

  #spoken(name) {
    const lang = !this.hasAttribute(`label-${name}`) && this.#says.lang;
    return el("span", { dir: "auto", ...(lang && { lang }) }, this.#said(name));
  }

  #named(category = "") {
    return new Map(this.#listed("label-categories").map((one) => one.split(/\s*=\s*/))).get(category) ?? category;
  }

  get #asks() {
    const k = +(this.#fit("k", /^[1-9]\d*$/) ?? (this.#inRow ? 3 : 6));
    return { items: this.#listed("item", "outfit"), slots: this.#listed("slots"), k, text: this.#of("text"), fields: ["sizes"] };
  }

  async #ask(asks = this.#asks) {
    this.#watch.disconnect();
    this.#asked?.abort();
    this.#failed = null;
    const mine = (this.#asked = new AbortController());
    const { items, slots } = asks;
    if (!items[0]) return this.#none('give it an item: item="sku"');
    setTimeout(() => mine.abort(Error("no answer in 10 s")), 1e4);
    const body = { ...asks, slots: slots[0] && slots, ...this.#shopper };
    let response, why;
    try {
      response = await this.#send("/complete-outfit", body, { signal: mine.signal });
      const answer = await response.json();
      if (this.#asked !== mine) return;
      if (response.ok) return this.#answered(answer, items[1]);
      why = `${answer.title}: ${answer.detail}`;
      const left = slots.filter((_, place) => !answer.errors?.some(({ field }) => field.startsWith(`slots[${place}]`)));
      if (left[0] && left.length < slots.length) return warn(why), this.#ask({ ...asks, slots: left });
    } catch (error) {
      why ??= `${this.#home} cannot be asked (${error}): does it answer (http://…)? was the key made with --origin ${origin}? does connect-src allow it?`;
    }
    if (this.#asked !== mine) return;
    this.#none(why);
    this.#failed = passes(response);
    this.#timer = later(() => this.#ask(), response, this.#tries++);
  }

  #answered(answer, several) {
    warn(answer.user_note);
    if (answer.missing[0]) warn(`not in the catalogue: ${answer.missing}`);
    this.#answer = answer;
    this.#added = new Set();
    this.#again = () => this.#show(answer, several);
    this.#again();
    this.#raise("attire:shown", answer);
    this.#sendKept();
  }

  #send(path, body, more) {
    const headers = { "Content-Type": "application/json", ...this.#keys };
    return fetch(this.#home + path, { method: "POST", headers, body: JSON.stringify(body), ...more });
  }

  #raise(name, detail) {
    return this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, cancelable: true, detail: { ...detail, session: this.#visit } }));
  }

  #none(why) {
    this.#room.replaceSync(NO_ROOM);
    this.#again = () => {};
    warn(why);
  }

  #wait() {
    this.#again = () => {
      const [rows, length] = this.#inRow ? [3, 3] : [2, 6];
      this.#show({ slots: Array(this.#listed("slots").length || rows).fill({ category: "\u00a0", items: Array(length).fill({}) }) });
      for (const one of this.#root.querySelectorAll("h3, ul")) one.inert = true;
    };
    this.#again();
  }

  #show(answer, several) {
    const slots = answer.slots.filter(({ items }) => items.length);
    if (!slots[0] && answer.complete && several) return this.#draw(ITS_OWN_ROOM, el("p", { part: "complete" }, this.#spoken("complete")));
    if (!slots[0]) return this.#none(`no suggestion: ${answer.why_not ?? (answer.slots.map(({ fallback }) => fallback).join("; ") || "nothing is missing")}`);
    const list = (items, ariaLabel) => el("ul", { part: "tiles", ariaLabel }, ...items.map((item) => this.#tile(item, answer.recommendation_id)));
    const turns = slots.flatMap(({ items }) => [...items.entries()]).sort(([one], [other]) => one - other);
    if (this.#inRow) return this.#draw("", list(turns.map(([, item]) => item), this.#said("heading")));
    this.#draw("", ...slots.map(({ category, items }) => el("section", { part: "slot" }, el("h3", { part: "category" }, this.#named(category)), list(items, this.#named(category)))));
  }

  #draw(room, ...content) {
    const stops = () => [...this.#root.querySelectorAll("a, button")];
    const focused = stops().indexOf(this.#root.activeElement);
    this.#root.replaceChildren(el("h2", { part: "heading" }, this.#spoken("heading")), ...content);
    stops()[focused]?.focus({ preventScroll: true });
    this.#room.replaceSync(room);
  }

  #tile(item, recommendation_id) {
    const category = this.#named(item.category);
    const name = item.title || category;
    const facts = [this.#picture(item, name), this.#inRow && span("category", category), span("title", name), span("brand", !`${name} `.startsWith(`${item.brand} `) && item.brand), this.#price(item)];
    const seen = ({ button }) => button < 2 && this.#told("view", item, recommendation_id); // the middle one opens a tab
    const link = /^https?:/.test(item.url) && el("a", { part: "link", href: item.url, onclick: seen, onauxclick: seen }, ...facts);
    const tile = el("li", item.id ? { part: "tile" } : { className: "wait" }, ...(link ? [link] : facts), this.#button(item, name, recommendation_id));
    tile.addEventListener("focusin", ({ target }) => target.matches(":focus-visible") && tile.scrollIntoView({ block: "nearest", inline: "nearest" }));
    return tile;
  }

  #button(item, name, recommendation_id) {
    const added = this.#added;
    const button = el("button", { part: "add" });
    const draw = () => {
      if (added.has(item)) button.ariaDisabled = "true";
      button.replaceChildren(this.#spoken(added.has(item) ? "added" : "add"), span("unseen", ` ${name}`));
    };
    const done = (id = item.id) => {
      if (added.has(item)) return;
      added.add(item);
      this.#told("add_to_cart", { ...item, id }, recommendation_id);
      this.#buttons.get(item)();
    };
    button.onclick = () => item.id && !added.has(item) && this.#raise("attire:add", { item, recommendation_id, done }) && done();
    this.#buttons.set(item, draw);
    draw();
    return button;
  }

  #picture(item, name) {
    const frame = span("picture");
    const words = () => frame.replaceChildren(span("words", name));
    const address = item.thumbnail_url ?? item.image_url;
    if (!address) return words(), frame;
    const small = new URL(address, this.#home).href;
    const image = el("img", { alt: "", loading: "lazy", sizes: "auto, 9rem" });
    if (item.thumbnail_url) image.srcset = [128, 256, 384, 512].map((width) => `${small.replace(/width=\d+/, `width=${width}`)} ${width}w`).join();
    image.onerror = () => this.#fetched(small, image).catch(() => {
      for (const name of ["src", "srcset"]) image.removeAttribute(name); // else another width is asked for
      words();
    });
    image.src = small;
    image.onload = () => (frame.style.background = "var(--attire-ground,none)");
    frame.append(image);
    return frame;
  }

  async #fetched(url, image) {
    image.onerror = null;
    if (!this.#keys || (keyHelps && !(await keyHelps))) throw url;
    const asked = fetch(url, { headers: this.#keys });
    keyHelps ??= asked.then(({ ok, status }) => ok || status === 404, () => false);
    const response = await asked;
    if (!response.ok) throw response;
    image.srcset = "";
    image.src = URL.createObjectURL(await response.blob());
    await image.decode();
    URL.revokeObjectURL(image.src);
  }

  #price({ price, sale_price: sale, currency }) {
    return span("price", this.#amount(sale ?? price, currency), sale < price && el("s", {}, span("unseen", this.#spoken("was"), " "), this.#amount(price, currency)));
  }

  #amount(value, said) {
    if (value == null) return;
    const own = this.#fit("currency", /^[a-z]{3}$/i);
    const currency = said ?? own;
    const locale = (this.#of("locale") ?? this.#lang).replaceAll("_", "-") || undefined;
    try {
      return el("bdi", {}, value.toLocaleString(locale, currency ? { style: "currency", currency } : { minimumFractionDigits: 2 }));
    } catch (error) {
      warn(`locale="${locale}" or currency="${currency}": ${error.message}`);
      return `${value.toFixed(2)} ${currency ?? ""}`;
    }
  }

  #told(type, { id: item, price, sale_price: sale, currency }, recommendation_id) {
    if (!this.#visit) return;
    const event = { id: unique(), type, item, ...this.#shopper, recommendation_id, price: sale ?? price, currency: currency?.match(/^[A-Z]{3}$/)?.[0] };
    keep([...kept(), { home: this.#home, event }]);
    this.#sendKept();
  }

  /** By its id an event counts once. */
  async #sendKept() {
    const home = this.#home;
    const mine = kept().filter((one) => one.home === home && !onTheirWay.has(one));
    if (this.#quiet || !mine[0]) return;
    for (const one of mine) onTheirWay.add(one);
    const response = await this.#send("/events", { events: mine.map(({ event }) => event) }, { keepalive: true }).catch((error) => void warn(`an event was not sent: ${error}`));
    for (const one of mine) onTheirWay.delete(one);
    if (response && !response.ok) warn(`an event was answered ${response.status}; has the key the scope 'events'?`);
    if (!passes(response) && !/40[13]/.test(response.status)) keep(unsent.filter((one) => !mine.includes(one)));
    sendings = response?.ok ? 0 : sendings + 1;
    later(() => this.#sendKept(), response, sendings);
  }
}

globalThis.customElements?.get(NAME) ?? globalThis.customElements?.define(NAME, CompleteTheLook);
