import { setTimeout as wait } from "node:timers/promises";
import type { AnyEvent } from "@trunkline/protocol";

export interface ForwarderParts {
  url: string;
  fetch: typeof globalThis.fetch;
  now: () => Date;
  /** Prints a line. */
  out: (line: string) => void;
  /** Aborted when nothing is to be tried any more. */
  stopped: AbortSignal;
}

/** Sends events to one address, one after the other, so that they arrive in their order. */
export interface Forwarder {
  add(event: AnyEvent): void;
  /** Resolves when the event that is being sent is done with; later ones are let go. */
  close(): Promise<void>;
}

const WAITS_MS = [200, 500, 1000, 2000, 5000];
const TIMEOUT_MS = 15_000;

export function createForwarder({ url, fetch, now, out, stopped }: ForwarderParts): Forwarder {
  let last: Promise<void> = Promise.resolve();

  async function attempt(event: AnyEvent): Promise<{ ok: boolean; answer: string }> {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", "webhook-id": event.id },
        body: JSON.stringify(event),
        redirect: "manual",
        signal: AbortSignal.any([stopped, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.arrayBuffer(); // so that the connection can be used again
      return { ok: response.ok, answer: String(response.status) };
    } catch (error) {
      return { ok: false, answer: reasonOf(error) };
    }
  }

  async function send(event: AnyEvent): Promise<void> {
    for (let tries = 0; !stopped.aborted; tries++) {
      const begun = now().getTime();
      const { ok, answer } = await attempt(event);
      const waitMs = WAITS_MS[tries];
      const end = ok ? "" : waitMs === undefined ? "  given up" : `  again in ${waitMs} ms`;
      const time = now();
      out(
        `${time.toISOString().slice(11, 19)}  ${event.type}  ${event.id}  ${answer}  ${time.getTime() - begun} ms${end}`,
      );
      if (ok || waitMs === undefined) return;
      await wait(waitMs, undefined, { signal: stopped }).catch(() => undefined); // stopped: the loop ends by itself
    }
  }

  return {
    add(event) {
      last = last.then(() => send(event));
    },
    close: () => last,
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "failed";
  if (error.name === "TimeoutError") return "no answer";
  const { cause } = error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : error.message;
}
