import type { Carrier, Webhook, WebhookContent } from "../carrier.ts";
import { must, open } from "./checks.ts";
import { type CarrierCheck, type CarrierSubject, KIT_INBOUND, KIT_NOW, KIT_TEXT, KIT_WEBHOOKS } from "./subject.ts";

/* What every adapter must do with what comes in by its doors. */

const shown = (value: unknown): string => JSON.stringify(value);

/** None of any vendor's webhooks. */
const STRANGE = ["", "null", "[1]", "{}", "a=b", "\u0000", '{"data":{"event_type":"message.received"}}', "[[[[", "%%%"];

export function webhookChecks(subject: CarrierSubject): CarrierCheck[] {
  const { credentials, otherCredentials, webhooks, proof, toleranceMs } = subject;
  const carrier = (): Carrier => open(subject, () => Response.json({})).carrier;
  const isGenuine = async (webhook: Webhook, now = KIT_NOW) =>
    (await carrier().verify(webhook, now)).kind === "genuine";

  async function refused(webhook: Webhook, what: string, now = KIT_NOW): Promise<void> {
    const verdict = await carrier().verify(webhook, now);
    must(verdict.kind === "refused", `${what} is believed`);
    for (const secret of Object.values(credentials)) {
      must(!verdict.why.includes(secret), `what is said about ${what} holds a credential`);
    }
  }

  function read(webhook: Webhook): WebhookContent {
    const content = carrier().read(webhook);
    must(content !== null, "a genuine webhook is not read");
    return content;
  }

  return [
    {
      name: "believes what its carrier has signed",
      async run() {
        for (const webhook of [
          await webhooks.text(credentials, KIT_NOW),
          await webhooks.receipt(credentials, KIT_NOW),
        ]) {
          must(
            await isGenuine(webhook),
            `a genuine webhook is refused: ${shown(await carrier().verify(webhook, KIT_NOW))}`,
          );
        }
      },
    },
    {
      name: "believes nothing in which one bit has changed",
      async run() {
        const webhook = await webhooks.text(credentials, KIT_NOW);
        if (proof === "address") {
          const { search } = new URL(webhook.url);
          for (let at = 0; at < search.length; at++) {
            const changed = search.slice(0, at) + String.fromCharCode(search.charCodeAt(at) ^ 1) + search.slice(at + 1);
            await refused(
              { ...webhook, url: webhook.url.replace(search, changed) },
              `the address with another sign at ${at}`,
            );
          }
          return;
        }
        for (let at = 0; at < webhook.body.length; at++) {
          const body = webhook.body.slice();
          body[at] = (body[at] ?? 0) ^ 1;
          await refused({ ...webhook, body }, `a body with another byte at ${at}`);
        }
      },
    },
    {
      name: "believes nothing that is not signed, or is signed by somebody else",
      async run() {
        const webhook = await webhooks.text(credentials, KIT_NOW);
        const { origin, pathname } = new URL(webhook.url);
        await refused({ ...webhook, url: origin + pathname, headers: new Headers() }, "a webhook without proof");
        await refused(await webhooks.text(otherCredentials, KIT_NOW), "a webhook of another account");
      },
    },
    {
      name: "believes nothing that is older than its carrier allows",
      async run() {
        if (toleranceMs === null) return;
        const webhook = await webhooks.text(credentials, KIT_NOW);
        must(await isGenuine(webhook, KIT_NOW + toleranceMs - 1000), "a webhook within the tolerance is refused");
        await refused(webhook, "a webhook beyond the tolerance", KIT_NOW + toleranceMs + 2000);
      },
    },
    {
      name: "reads what somebody has written",
      async run() {
        const { texts, receipts } = read(await webhooks.text(credentials, KIT_NOW));
        const [{ carrierMessageId, from, to, text } = { carrierMessageId: "" }] = texts;
        must(texts.length === 1 && receipts.length === 0, `it read ${shown({ texts, receipts })}`);
        must(carrierMessageId !== "", "it gives no id of the carrier's");
        must(shown({ from, to, text }) === shown(KIT_INBOUND), `it read ${shown({ from, to, text })}`);
      },
    },
    {
      name: "reads what became of a text, and which one it was",
      async run() {
        const { texts, receipts } = read(await webhooks.receipt(credentials, KIT_NOW));
        const [receipt] = receipts;
        must(
          receipt !== undefined && receipts.length === 1 && texts.length === 0,
          `it read ${shown({ texts, receipts })}`,
        );
        must(receipt.status === "delivered", `it read ${shown(receipt.status)}`);
        must(receipt.reference === KIT_TEXT.reference, `it names ${shown(receipt.reference)}`);
      },
    },
    {
      name: "reads nothing out of what is none of its carrier's webhooks",
      run() {
        for (const text of STRANGE) {
          const webhook = {
            url: `${KIT_WEBHOOKS}/messages`,
            headers: new Headers(),
            body: new TextEncoder().encode(text),
          };
          const content = carrier().read(webhook);
          must(content === null, `out of ${shown(text)} it read ${shown(content)}`);
        }
      },
    },
  ];
}
