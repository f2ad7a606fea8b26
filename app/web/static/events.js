// What a shopper does is told to the service, which learns from it. Nobody waits for that, and nobody sees where it is not taken.
import { paid } from "./tile.js";
import { recommendationOf } from "./known.js";
import { user } from "./shopper.js";

const SESSION = "attire-session";
let refused = false;

export const unique = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

let here = unique();
try {
  here = sessionStorage.getItem(SESSION) ?? here;
  sessionStorage.setItem(SESSION, here);
} catch {
  // No storage: the visit ends with the page.
}

// Another shopper's visit is another one.
export const session = () => [here, user()].filter(Boolean).join("-");

// `type` is view, add_to_cart or purchase; each piece {item, count, recommendation}.
export function told(type, pieces, more = {}) {
  if (refused || !pieces.length) return;
  const events = pieces.map(({ item, count, recommendation = recommendationOf(item.id) }) => ({
    id: unique(), type, item: item.id, session: session(), ...more,
    ...(user() && { user: user() }),
    ...(recommendation && { recommendation_id: recommendation }),
    ...(typeof paid(item) === "number" && { price: paid(item) }),
    ...(count && { quantity: count }),
  }));
  const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ events }), keepalive: true };
  fetch("/events", request).then(({ status }) => (refused ||= status === 401 || status === 403), () => {});
}
