// The service, asked so that a shopper who clicks fast sees the newest answer, and one who comes early waits.

const UNREACHABLE = { type: "unreachable", title: "The service cannot be reached.", detail: "It may be starting, or the connection is gone." };

export class Problem extends Error {
  constructor({ type = "", title, detail }) {
    super(detail);
    this.type = type;
    this.title = title;
    this.detail = detail;
  }
}

// Asks; a problem+json answer is thrown in its own words. Where it names a time to ask again, `waiting` is told and the question repeated.
export async function ask(path, { body, signal, waiting = () => {} } = {}) {
  const request = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  for (;;) {
    const { response, content } = await sent(path, { ...request, signal });
    signal?.throwIfAborted();
    if (response.ok && content) return content;
    const problem = new Problem({
      type: content?.type,
      title: `${content?.title ?? `The service answered ${response.status}`}.`,
      detail: content?.detail ?? "Nothing more is known.",
    });
    const seconds = Number(response.headers.get("Retry-After"));
    if (!seconds) throw problem;
    waiting(problem);
    await pause(seconds, signal);
  }
}

// Runs a task so that a newer run aborts the older one. Returns a function that starts a run with whatever the task takes; its `stop` aborts.
// `tell(problem, retry)` shows what went wrong, `tell(null)` takes it away; without `retry` the service is being waited for.
export function latest(task, tell) {
  let running;
  async function run(...given) {
    running?.abort();
    const mine = (running = new AbortController());
    const asking = { signal: mine.signal, waiting: (problem) => tell(problem) };
    try {
      await task((path, body) => ask(path, { ...asking, body }), ...given);
      if (!mine.signal.aborted) tell(null);
    } catch (error) {
      if (mine.signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      const again = () => run(...given);
      if (error.type === UNREACHABLE.type) addEventListener("online", again, { once: true, signal: mine.signal });
      tell(error, again);
    }
  }
  run.stop = () => running?.abort();
  return run;
}

async function sent(path, request) {
  try {
    const response = await fetch(path, request);
    const content = await response.json().catch((error) => {
      if (request.signal?.aborted) throw error;
      return null;
    });
    return { response, content };
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new Problem(UNREACHABLE);
  }
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, 1000 * seconds);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
