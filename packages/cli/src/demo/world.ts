import * as z from "zod/mini";

/** What the demo reads of `GET /world`. */
const WorldFacts = z.object({
  tenants: z.array(
    z.object({
      tenantId: z.string(),
      apiKey: z.string(),
      lines: z.array(z.object({ id: z.string(), number: z.string() })),
    }),
  ),
});

/** How the plain carrier behaves from now on; what is left out goes back to its default. */
export interface CarrierBehaviour {
  readonly latencyMs?: number;
  readonly receipts?: "normal" | "failed";
  readonly errorCode?: string;
}

/** The simulated world's doors that the demo uses. */
export interface World {
  /** The tenant that the demo plays in, with its key and lines. */
  tenant(): Promise<z.infer<typeof WorldFacts>["tenants"][number]>;
  /** Texts a line from a phone. Resolves when the gateway has answered the carrier. */
  text(number: string, to: string, text: string): Promise<void>;
  /** What a phone shows, as an event stream that ends with `signal`: a `snapshot`, then a `handset.message` each. */
  follow(number: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  behave(behaviour: CarrierBehaviour): Promise<void>;
  advance(ms: number): Promise<void>;
}

export function worldAt(worldUrl: string, fetch: typeof globalThis.fetch): World {
  const ask = async (method: string, path: string, { body, signal }: { body?: unknown; signal?: AbortSignal } = {}) => {
    const response = await fetch(new URL(path, worldUrl), {
      method,
      signal: signal ?? null,
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The world answered ${response.status}: ${await response.text()}`);
    return response;
  };
  const handset = (number: string) => `/world/handsets/${encodeURIComponent(number)}/messages`;
  return {
    async tenant() {
      const { tenants } = WorldFacts.parse(await (await ask("GET", "/world")).json());
      const [first] = tenants;
      if (first === undefined) throw new Error("The world has no tenant. Is a gateway attached to it?");
      return first;
    },
    async text(number, to, text) {
      await ask("POST", handset(number), { body: { to, text } });
    },
    async follow(number, signal) {
      // The stream first: a text that arrives between the two is then in both, and none is in neither.
      const events = await ask("GET", `/world/handsets/${encodeURIComponent(number)}/events`, { signal });
      const snapshot = await ask("GET", handset(number), { signal });
      return prefixed(`event: snapshot\ndata: ${JSON.stringify(await snapshot.json())}\n\n`, events.body);
    },
    async behave(behaviour) {
      await ask("PUT", "/world/carriers/sandbox", { body: behaviour });
    },
    async advance(ms) {
      await ask("POST", "/world/clock", { body: { advance: duration(ms) } });
    },
  };
}

/** Milliseconds as an ISO 8601 duration. */
function duration(ms: number): string {
  return `PT${(ms / 1000).toFixed(3)}S`;
}

function prefixed(first: string, rest: ReadableStream<Uint8Array> | null): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const begun = writer.write(new TextEncoder().encode(first)).then(() => writer.releaseLock());
  // A reader that leaves, or a world that stops, ends the pipe; both are how such a stream ends.
  void begun.then(() => rest?.pipeTo(writable)).catch(() => undefined);
  return readable;
}
