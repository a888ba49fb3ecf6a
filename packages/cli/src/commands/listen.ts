import { didYouMean } from "@trunkline/gateway/node/settings";
import { EVENT_TYPES, type EventType } from "@trunkline/protocol";
import { CONNECTION_OPTIONS, TENANT_OPTION, withGateway } from "../administration.ts";
import { command, UsageError } from "../command-line/command.ts";
import { createForwarder } from "../forward-events.ts";
import { untilAborted } from "../until-aborted.ts";

/** `trunkline listen`: a tenant's events to a local address, while an application is being written. */
export const listen = command({
  name: "listen",
  about: "Sends a tenant's events to a URL of yours as they happen, and prints a line for each.",
  details:
    "For development: each event is POSTed as JSON, one after the other, and tried again for a few seconds when your application does not answer with 2xx. The header webhook-id is the same on every try.",
  options: {
    forwardTo: { type: "string", about: "Where to send the events.", value: "URL" },
    events: {
      type: "list",
      about: "Which events: a name, or a family such as message.*.",
      value: "NAME",
      preset: "all",
    },
    ...TENANT_OPTION,
    ...CONNECTION_OPTIONS,
  },
  examples: [
    "trunkline listen --forward-to http://localhost:3000/hooks --tenant ext:acme",
    "trunkline listen --forward-to http://localhost:3000/hooks --events message.* --events conversation.created",
  ],
  async run({ forwardTo, events = ["*"], ...options }, _operands, { out, note, stopped }) {
    if (forwardTo === undefined) throw new UsageError("Say where the events go: --forward-to URL.");
    if (!URL.canParse(forwardTo) || !/^https?:$/.test(new URL(forwardTo).protocol)) {
      throw new UsageError(`--forward-to must be an http or https URL, not ${forwardTo}.`);
    }
    const types = eventTypes(events.flatMap((part) => part.split(",")));
    const forwarder = createForwarder({ url: forwardTo, fetch: globalThis.fetch, now: () => new Date(), out, stopped });
    await withGateway(options, async (trunkline) => {
      await trunkline.me.get(); // a key that is refused should be told at once, not by a stream that never opens
      const stops = types.map((type) => trunkline.events.on(type, (event) => forwarder.add(event)));
      note(`Sending ${types.length === EVENT_TYPES.length ? "all events" : types.join(", ")} to ${forwardTo}.`);
      await untilAborted(stopped);
      for (const stop of stops) stop();
      await forwarder.close();
    });
  },
});

/** The event types that names and families such as `message.*` stand for. */
function eventTypes(patterns: readonly string[]): readonly EventType[] {
  const families = [...new Set(EVENT_TYPES.map((type) => `${type.split(".")[0]}.*`))];
  const chosen = new Set<EventType>();
  for (const pattern of patterns) {
    const found = EVENT_TYPES.filter(
      (type) =>
        pattern === "*" || pattern === type || (pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1))),
    );
    if (found.length === 0) {
      throw new UsageError(`There is no event "${pattern}".${didYouMean(pattern, [...EVENT_TYPES, ...families])}`);
    }
    for (const type of found) chosen.add(type);
  }
  return EVENT_TYPES.filter((type) => chosen.has(type));
}
