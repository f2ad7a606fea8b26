// What the catalogue is narrowed by, and its order: as far as the shop's items differ in it.
import { latest } from "./api.js";
import { byId, el } from "./dom.js";

const TYPING_MS = 300;
const GENDER = new Set(["department", "gender", "audience"]);
const chosen = { brand: "", most: null, sort: "", attributes: {} };

export const sortedBy = () => chosen.sort;

// As a request has them; null where nothing is asked.
export function chosenFilters() {
  const attributes = Object.fromEntries(Object.entries(chosen.attributes).filter(([, value]) => value).map(([name, value]) => [name, [value]]));
  const filters = {
    ...(chosen.brand && { brand: [chosen.brand] }),
    ...(chosen.most !== null && { price: { max: chosen.most } }),
    ...(Object.keys(attributes).length && { attributes }),
  };
  return Object.keys(filters).length ? filters : null;
}

function choice(label, values, take) {
  const options = values.map((value) => el("option", { value }, value));
  const select = el("select", { ariaLabel: label, onchange: ({ target }) => take(target.value) }, el("option", { value: "" }, label), ...options);
  select.dataset.name = label;
  return select;
}

const ordered = (names) => [...names].sort((one, other) => Number(GENDER.has(other)) - Number(GENDER.has(one)));

export function startFilters(changed) {
  const form = byId("narrow");
  let typing;
  const mark = () => (byId("unfiltered").hidden = !chosenFilters());
  const take = (set) => (value) => {
    set(value);
    mark();
    changed();
  };
  const load = latest(async (ask) => {
    const { brands, attributes } = await ask("/facets");
    const lists = ordered(Object.keys(attributes)).map((name) => choice(name, attributes[name], take((value) => (chosen.attributes[name] = value))));
    if (brands.length > 1) lists.unshift(choice("brand", brands.map(({ name }) => name).sort(), take((value) => (chosen.brand = value))));
    byId("facets").replaceChildren(...lists);
  }, () => {});
  const most = byId("most");
  const priced = take((value) => (chosen.most = value));
  most.oninput = () => {
    clearTimeout(typing);
    typing = setTimeout(() => priced(most.reportValidity() && most.value !== "" ? most.valueAsNumber : null), TYPING_MS);
  };
  byId("sort").onchange = ({ target }) => take((value) => (chosen.sort = value))(target.value);
  form.onsubmit = (event) => event.preventDefault();
  form.onreset = () => {
    Object.assign(chosen, { brand: "", most: null, sort: "", attributes: {} });
    mark();
    changed();
    byId("sort").focus({ preventScroll: true });
  };
  load();
}
