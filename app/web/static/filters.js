// What the catalogue is narrowed by, and its order: as far as the shop's items differ in it.
import { latest } from "./api.js";
import { byId, el } from "./dom.js";
import { followTyping, narrow, narrowing, onNarrow } from "./narrowing.js";
import { attribute, opening } from "./words.js";

const TYPING_MS = 300;
const GENDER = new Set(["department", "gender", "audience"]);
const OF = "of-"; // before the name of an attribute, in the URL

// A field of the URL that is one of a list's values; nothing else.
const oneOf = (select, name) => [...select.options].find(({ value }) => value === narrowing().get(name))?.value ?? "";

export const sortedBy = () => oneOf(byId("sort"), "sort");

function most() {
  const said = narrowing().get("most");
  return said !== null && Number(said) >= 0 && Number(said) < Infinity ? Number(said) : null;
}

// As a request has them; null where nothing is asked.
export function chosenFilters() {
  const said = [...narrowing()].filter(([name, value]) => name.startsWith(OF) && value);
  const brand = narrowing().get("brand");
  const filters = {
    ...(brand && { brand: [brand] }),
    ...(most() !== null && { price: { max: most() } }),
    ...(said.length && { attributes: Object.fromEntries(said.map(([name, value]) => [name.slice(OF.length), [value]])) }),
  };
  return Object.keys(filters).length ? filters : null;
}

function choice(label, name, values) {
  const options = values.map((value) => el("option", { value }, value));
  const select = el("select", { ariaLabel: label, name, onchange: ({ target }) => narrow({ [name]: target.value }) }, el("option", { value: "" }, opening(label)), ...options);
  select.dataset.name = label;
  return select;
}

const ordered = (names) => [...names].sort((one, other) => Number(GENDER.has(other)) - Number(GENDER.has(one)));

function show() {
  const field = byId("most");
  for (const select of byId("facets").children) select.value = oneOf(select, select.name);
  byId("sort").value = sortedBy();
  if (document.activeElement !== field) field.value = most() ?? "";
  byId("unfiltered").hidden = !chosenFilters();
}

export function startFilters() {
  const form = byId("narrow");
  const load = latest(async (ask) => {
    const { brands, attributes } = await ask("/facets");
    const lists = ordered(Object.keys(attributes)).map((name) => choice(attribute(name), OF + name, attributes[name]));
    if (brands.length > 1) lists.unshift(choice("brand", "brand", brands.map(({ name }) => name).sort()));
    byId("facets").replaceChildren(...lists);
    show();
  }, () => {});
  const field = byId("most");
  followTyping(field, "most", TYPING_MS, () => (field.reportValidity() ? field.value : ""));
  byId("sort").onchange = ({ target }) => narrow({ sort: target.value });
  form.onsubmit = (event) => event.preventDefault();
  form.onreset = () => {
    const said = [...narrowing().keys()].filter((name) => name.startsWith(OF));
    narrow(Object.fromEntries(["brand", "most", "q", "sort", ...said].map((name) => [name, ""])));
    byId("sort").focus({ preventScroll: true });
    form.scrollLeft = 0;
  };
  onNarrow(show);
  show();
  load();
}
