import type { Carrier, CarrierWorld, Credentials, HandOver } from "../carrier.ts";
import { CarrierTrouble, CredentialsRefused } from "../carrier.ts";
import {
  type CarrierCheck,
  CarrierCheckFailed,
  type CarrierSubject,
  KIT_NOW,
  KIT_SECRET,
  KIT_TEXT,
  KIT_WEBHOOKS,
} from "./subject.ts";

/* What every adapter must do when it asks its carrier. */

type Answer = () => Response | Promise<Response>;

export function must(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new CarrierCheckFailed(otherwise);
}

/** A carrier that is answered the same whatever it asks, and what it asked. */
export function open(
  { adapter, credentials }: Pick<CarrierSubject, "adapter" | "credentials">,
  answer: Answer,
  world: Partial<CarrierWorld> = {},
): { carrier: Carrier; asked: Request[] } {
  const asked: Request[] = [];
  const carrier = adapter(credentials, {
    fetch: async (input, init) => {
      asked.push(new Request(input, init));
      return answer();
    },
    now: () => KIT_NOW,
    webhooks: KIT_WEBHOOKS,
    ...world,
  });
  return { carrier, asked };
}

const signal = (): AbortSignal => new AbortController().signal;
const shown = (value: unknown): string => JSON.stringify(value);

const failing = (code: string | null) => () => {
  throw new TypeError("fetch failed", { cause: Object.assign(new Error("no"), code === null ? {} : { code }) });
};

/** After each of these the carrier may have the text. */
const DOUBTS: Readonly<Record<string, Answer>> = {
  "a server's error": () => new Response("oops", { status: 502 }),
  "a time-out": () => new Response(null, { status: 408 }),
  "an answer without an id": () => Response.json({}),
  "an answer that is no JSON": () => new Response("<html>", { status: 200 }),
  "an answer that never ends": () => new Response(new Uint8Array(300 * 1024)),
  "a broken connection": failing("UND_ERR_SOCKET"),
  "a call that was given up on": () => {
    throw new DOMException("The operation timed out.", "TimeoutError");
  },
};

export function askingChecks(subject: CarrierSubject): CarrierCheck[] {
  const { answers, adapter, credentials, otherCredentials, unusableCredentials } = subject;
  const send = (answer: Answer): Promise<HandOver> =>
    open(subject, answer).carrier.send(KIT_TEXT, { signal: signal() });

  async function requestOf(from: Credentials): Promise<Request> {
    const { carrier, asked } = open({ adapter, credentials: from }, answers.accepted);
    await carrier.send(KIT_TEXT, { signal: signal() });
    const [request] = asked;
    must(request !== undefined && asked.length === 1, `handing a text over takes one request, not ${asked.length}`);
    return request;
  }
  const writtenOut = async (request: Request): Promise<string> =>
    [request.method, request.url, ...[...request.headers].map(String), await request.text()].join("\n");

  return [
    {
      name: "hands a text over and gives the carrier's id",
      async run() {
        const handOver = await send(answers.accepted);
        must(handOver.kind === "accepted" && handOver.carrierMessageId !== "", `it came to ${shown(handOver)}`);
      },
    },
    {
      name: "asks the same whenever the same text is handed over, with the words and numbers in it",
      async run() {
        const [first, second] = [
          await writtenOut(await requestOf(credentials)),
          await writtenOut(await requestOf(credentials)),
        ];
        must(first === second, "the second request differs from the first");
        const body = decoded(first);
        for (const part of [KIT_TEXT.from, KIT_TEXT.to, KIT_TEXT.text]) {
          must(body.includes(part), `${part} is not in the request`);
        }
      },
    },
    {
      name: "keeps two accounts apart",
      async run() {
        const one = await writtenOut(await requestOf(credentials));
        const other = await writtenOut(await requestOf(otherCredentials));
        must(one !== other, "both accounts ask with the same credentials");
        const again = await writtenOut(await requestOf(credentials));
        must(one === again, "the second account changed what the first one asks");
      },
    },
    {
      name: "gives a call up when it is told to",
      async run() {
        const { carrier, asked } = open(subject, answers.accepted);
        const controller = new AbortController();
        await carrier.send(KIT_TEXT, { signal: controller.signal });
        controller.abort();
        must(asked[0]?.signal.aborted === true, "the signal is not that of the request");
      },
    },
    {
      name: "refuses for good who has said STOP",
      async run() {
        const handOver = await send(answers.optedOut);
        must(handOver.kind === "refused" && handOver.code === "opted_out", `it came to ${shown(handOver)}`);
      },
    },
    {
      name: "has not handed over what the carrier was too busy for, and waits as long as it says",
      async run() {
        const handOver = await send(answers.busy);
        must(handOver.kind === "not_taken" && handOver.throttled !== undefined, `it came to ${shown(handOver)}`);
        must(handOver.retryAfterMs === 3000, `it waits ${handOver.retryAfterMs} ms, not the 3 s that it was told`);
      },
    },
    {
      name: "has not handed over what never left",
      async run() {
        for (const code of ["ECONNREFUSED", "ENOTFOUND"]) {
          const handOver = await send(failing(code));
          must(handOver.kind === "not_taken" && handOver.throttled === undefined, `${code} came to ${shown(handOver)}`);
        }
      },
    },
    ...Object.entries(DOUBTS).map(
      ([what, answer]): CarrierCheck => ({
        name: `may have handed over a text after ${what}`,
        async run() {
          const handOver = await send(answer);
          must(
            handOver.kind === "unknown",
            `it came to ${shown(handOver)}, and the text might be sent twice or be lost`,
          );
        },
      }),
    ),
    {
      name: "calls nothing absent that it could not find out about",
      async run() {
        for (const [what, answer] of [...Object.entries(DOUBTS), ["a refusal", answers.credentialsRefused] as const]) {
          const { lookUp } = open(subject, answer).carrier;
          if (lookUp === null) continue;
          const found = await lookUp(KIT_TEXT, { signal: signal() });
          const isSafe = found.kind === "unclear" || found.kind === "repeatable";
          must(isSafe, `a look-up came to ${shown(found)} after ${what}`);
        }
      },
    },
    {
      name: "says whether its carrier takes the credentials, and nothing of them while it is away",
      async run() {
        const check = async (answer: Answer) => (await open(subject, answer).carrier.check({ signal: signal() })).kind;
        must((await check(answers.credentialsAccepted)) === "accepted", "good credentials are not accepted");
        must((await check(answers.credentialsRefused)) === "refused", "bad credentials are not refused");
        for (const away of [answers.busy, DOUBTS["a server's error"], failing("ECONNREFUSED")]) {
          if (away)
            must((await check(away)) === "unreachable", "a carrier that is away says something about credentials");
        }
      },
    },
    {
      name: "refuses credentials that cannot work, without repeating them",
      async run() {
        must(unusableCredentials.length > 0, "no such credentials were given to the kit");
        for (const unusable of unusableCredentials) {
          const names = Object.keys(unusable).join();
          try {
            adapter(unusable, { fetch, now: () => KIT_NOW, webhooks: null });
          } catch (error) {
            must(error instanceof CredentialsRefused, `${names}: it threw ${String(error)}`);
            must(!error.message.includes(KIT_SECRET), `${names}: the secret stands in the message`);
            continue;
          }
          must(false, `${names}: they were taken`);
        }
      },
    },
    {
      name: "says that a list did not come, instead of ending it",
      async run() {
        for (const [what, answer] of [...Object.entries(DOUBTS), ["a refusal", answers.credentialsRefused] as const]) {
          const { listNumbers, listHistory } = open(subject, answer).carrier;
          for (const list of [listNumbers, listHistory?.bind(null, KIT_NOW - 60_000)]) {
            if (!list) continue;
            const outcome = await list(null, { signal: signal() }).catch((error: unknown) => error);
            must(outcome instanceof CarrierTrouble, `after ${what} a list came to ${shown(outcome)}`);
          }
        }
      },
    },
  ];
}

/** A request with whatever stands in it as a form or as JSON, in plain words. */
function decoded(text: string): string {
  const plain = decodeURIComponent(
    text
      .replaceAll("+", " ")
      .replaceAll("%2B", "+")
      .replaceAll(/%(?![0-9a-f]{2})/gi, "%25"),
  );
  return `${text}\n${plain}`.replaceAll(/\\u([0-9a-f]{4})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
