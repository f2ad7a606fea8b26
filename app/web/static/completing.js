// What completes some pieces, asked as the shopper wishes: within the budget for the whole look, by the words, for whom.
import { session } from "./events.js";
import { itemOf, knowFrom } from "./known.js";
import { asked, outfit } from "./outfit.js";
import { user } from "./shopper.js";
import { paid } from "./tile.js";

const UNLIKE = 0.5;
const AS_TOLD = 1; // by what was looked at, put into the bag and bought

// What is left of the budget once some pieces are paid for; null without a budget. What has no price, such as a piece of one's own, costs nothing.
export async function left(items) {
  const { budget } = outfit();
  if (budget === null) return null;
  return budget - (await bought(items)).reduce((sum, item) => sum + (paid(item) ?? 0), 0);
}

// The one currency of some pieces; undefined where they have several, or none.
export async function currencyOf(items) {
  const currencies = new Set((await bought(items)).filter((item) => typeof paid(item) === "number").map(({ currency }) => currency));
  return currencies.size === 1 ? [...currencies][0] : undefined;
}

const bought = (items) => Promise.all(items.filter(({ id }) => id).map(({ id }) => itemOf(id)));

// The answer of the service, and what it may cost; `more` is what else is asked.
export async function complete(ask, items, more) {
  const { out, soldOut, wishes } = outfit();
  const rest = await left(items);
  const body = {
    items: asked(items),
    fields: ["subcategory", "attributes"], // by which what has no title is called
    session: session(),
    ...(user() && { user: user(), exclude_purchased: true, taste_strength: AS_TOLD }),
    ...(rest !== null && { budget: Math.max(0, Math.round(100 * rest) / 100) }),
    ...(out.length && { exclude: out }),
    ...(soldOut && { filters: { in_stock: null } }),
    ...(wishes && { text: wishes }),
    ...(more.looks > 1 && { diversity: UNLIKE }),
    ...more,
  };
  const answer = await ask("/complete-outfit", body);
  for (const { items: some } of [...answer.slots, ...answer.looks]) knowFrom(answer.recommendation_id, some);
  return answer;
}
