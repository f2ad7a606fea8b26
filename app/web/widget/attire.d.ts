/** `<complete-the-look>`: importing the module defines the element. See docs/widget.md. */

/** What the service says of an item; what it does not know is left out. */
export interface Item {
  id: string;
  category: string;
  title?: string;
  brand?: string;
  price?: number;
  /** What it costs now, where that is less than `price`. */
  sale_price?: number;
  currency?: string;
  in_stock?: boolean;
  sizes?: { size: string; in_stock?: boolean }[];
  url?: string;
  image_url?: string;
  thumbnail_url?: string;
  attributes?: Record<string, string | string[]>;
}

/** Of `attire:add`, when a shopper presses *Add*; `preventDefault()` says that the basket did not take it. */
export interface AddDetail {
  item: Item;
  recommendation_id: string;
  /** The visit's, by which the shop's server tells what was bought; none where the browser keeps nothing. */
  session?: string;
}

/** Of `attire:shown`, with each answer. */
export interface ShownDetail {
  recommendation_id: string;
  session?: string;
  complete?: boolean;
  slots: { category: string; items: Item[] }[];
}

export type AddEvent = CustomEvent<AddDetail>;
export type ShownEvent = CustomEvent<ShownDetail>;

/** The element's attributes; lists are written with commas. Either `item` or `outfit` is needed. */
export interface CompleteTheLookAttributes {
  item?: string;
  outfit?: string;
  /** The publishable key. */
  key?: string;
  /** The service's address; needed where a bundler takes the script from its own. */
  home?: string;
  slots?: string;
  k?: number | `${number}`;
  layout?: "row" | "slots" | "grid";
  text?: string;
  currency?: string;
  locale?: string;
  session?: string;
  user?: string;
  /** No events are sent. */
  quiet?: boolean | "";
  /** Of its words, where it is not the page's: English, `de`, `es`, `fr`, `it` or `nl`, also as `fr-CA`. */
  lang?: string;
  "label-heading"?: string;
  "label-add"?: string;
  "label-added"?: string;
  "label-complete"?: string;
  /** Said before the price of before, to who hears the page. */
  "label-was"?: string;
  /** Names of categories: `"shoes=Schuhe, bags=Taschen"`. */
  "label-categories"?: string;
}

export type CompleteTheLookElement = HTMLElement;

interface WidgetEvents {
  "attire:add": AddEvent;
  "attire:shown": ShownEvent;
}

declare global {
  interface HTMLElementTagNameMap {
    "complete-the-look": CompleteTheLookElement;
  }
  interface HTMLElementEventMap extends WidgetEvents {}
  interface DocumentEventMap extends WidgetEvents {}
}
