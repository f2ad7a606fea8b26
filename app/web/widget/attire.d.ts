/** `<complete-the-look>`: importing the module defines the element, where there is a page. See docs/widget.md. */

/** What the service says of an item that it suggests; what it does not know is left out. */
export interface Item {
  id: string;
  /** The product that it is a colour or size of. */
  group_id?: string;
  category: string;
  title?: string;
  brand?: string;
  price?: number;
  /** What it costs now, where that is less than `price`. */
  sale_price?: number;
  currency?: string;
  in_stock?: boolean;
  /** Each with the `id` of its item, where sizes are items. */
  sizes?: { size: string; in_stock?: boolean; id?: string }[];
  url?: string;
  image_url?: string;
  thumbnail_url?: string;
  /** Other colours and sizes of its product, which are not listed. */
  variants?: string[];
  /** Of this item given what is worn: it orders this answer. */
  score: number;
  /** How probably the outfit with it goes together; null where the model cannot say. */
  probability: number | null;
  /** How probably it is the missing item, if one of the slot's candidates is. */
  share: number;
  pull?: number;
  promoted?: boolean;
  rules?: string[];
  explored?: boolean;
}

/** Of `attire:add`, when a shopper presses *Add*; `preventDefault()` says that the basket did not take it, or not yet. */
export interface AddDetail {
  item: Item;
  recommendation_id: string;
  /** The visit's, by which the shop's server tells what was bought; none where the browser keeps nothing, and none while `quiet`. */
  session?: string;
  /** After `preventDefault()`: the basket took it after all; of its sizes the one with this id. */
  done: (id?: string) => void;
}

/** Of `attire:shown`, with each answer. */
export interface ShownDetail {
  recommendation_id: string;
  session?: string;
  release: string;
  experiment?: string;
  variant?: string;
  complete?: boolean;
  slots: { category: string; items: Item[]; fallback?: string }[];
  /** Ids that are not in the catalogue. */
  missing: string[];
  /** Why the `user` was left out. */
  user_note?: string;
  why_not?: string;
  rules?: string[];
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
  /** Of the `user`, by the shop's server; without it nobody is believed to be that user. */
  "user-signature"?: string;
  /** Nothing is stored, and of the shopper nothing sent: no session, no user, no events. */
  quiet?: boolean | "";
  /** Of its words, where it is not the page's: English, `ar`, `de`, `es`, `fr`, `it` or `nl`, also as `fr-CA`. */
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
