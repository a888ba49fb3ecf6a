import { z } from "zod";
import { parseDuration } from "../../duration.ts";
import type { Directory } from "../directory.ts";
import { badRequest, notFound } from "./graph-error.ts";
import { type GraphCall, type Operation, ofUser } from "./operation.ts";
import type { PresenceBook, PresenceState } from "./presence-book.ts";
import type { Entity } from "./query.ts";
import { theUser } from "./users.ts";

/* Source of the pairs and limits: Microsoft Graph, "presence: setPresence", "presence: setUserPreferredPresence" and
   "cloudCommunications: getPresencesByUserId". */
const SESSION_PAIRS = [
  "Available/Available",
  "Busy/InACall",
  "Busy/InAConferenceCall",
  "Away/Away",
  "DoNotDisturb/Presenting",
];
const PREFERRED_PAIRS = [
  "Available/Available",
  "Busy/Busy",
  "DoNotDisturb/DoNotDisturb",
  "BeRightBack/BeRightBack",
  "Away/Away",
  "Offline/OffWork",
];
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SESSION_LIFE_MS = { fallback: 5 * MINUTE_MS, shortest: 5 * MINUTE_MS, longest: 240 * MINUTE_MS };
const MOST_IDS = 650;

const Wanted = z.object({
  sessionId: z.string().min(1).nullish(),
  availability: z.string(),
  activity: z.string(),
  expirationDuration: z.string().nullish(),
});
const Session = z.object({ sessionId: z.string().min(1).nullish() });
const Ids = z.object({ ids: z.array(z.string()).min(1) });

/** Reading and setting presence. */
export function presenceOperations(tenant: Directory, book: PresenceBook): Operation[] {
  const service = "presence";
  const read = (call: GraphCall) => {
    const user = theUser(tenant, call);
    const context = `${call.base}/$metadata#users('${user.id}')/presence/$entity`;
    return { status: 200, body: { "@odata.context": context, ...entityOf(user.id, book.of(user.id, call.now)) } };
  };
  const write = (name: string, run: (userId: string, call: GraphCall) => void) =>
    ofUser(`/presence/${name}`, {
      method: "POST",
      service,
      ownOnly: "all",
      handle: (call) => {
        run(theUser(tenant, call).id, call);
        return { status: 200 };
      },
    });
  return [
    ...ofUser("/presence", { method: "GET", service, ownOnly: ["Presence.Read"], handle: read }),
    {
      method: "GET",
      path: "/communications/presences/{presence-id}",
      service,
      ownOnly: ["Presence.Read"],
      handle: (call) => read({ ...call, params: { "user-id": call.params["presence-id"] ?? "" } }),
    },
    {
      method: "POST",
      path: "/communications/getPresencesByUserId",
      service,
      handle: (call) => {
        const { ids } = parse(Ids, call.body);
        if (ids.length > MOST_IDS) throw badRequest(`At most ${MOST_IDS} ids may be asked for at once.`);
        const known = [...new Set(ids)].flatMap((id) => tenant.findUser(id) ?? []);
        const value = known.map(({ id }) => entityOf(id, book.of(id, call.now)));
        const context = `${call.base}/$metadata#Collection(microsoft.graph.presence)`;
        return { status: 200, body: { "@odata.context": context, value } };
      },
    },
    ...write("setPresence", (userId, { body, caller, now }) => {
      const { sessionId, expirationDuration, ...state } = parse(Wanted, body);
      onlyPairs(state, SESSION_PAIRS);
      book.setSession(
        userId,
        `${caller.clientId} ${sessionId ?? caller.clientId}`,
        state,
        now,
        sessionLife(expirationDuration),
      );
    }),
    ...write("clearPresence", (userId, { body, caller, now }) => {
      const { sessionId } = parse(Session, body ?? {});
      const session = sessionId ?? caller.clientId;
      if (!book.clearSession(userId, `${caller.clientId} ${session}`, now)) throw notFound(service, session);
    }),
    ...write("setUserPreferredPresence", (userId, { body, now }) => {
      const { expirationDuration, availability, activity } = parse(Wanted, body);
      onlyPairs({ availability, activity }, PREFERRED_PAIRS);
      const usual = availability === "Busy" || availability === "DoNotDisturb" ? DAY_MS : 7 * DAY_MS;
      book.setPreferred(userId, { availability, activity }, now, lifeMs(expirationDuration) ?? usual);
    }),
    ...write("clearUserPreferredPresence", (userId, { now }) => book.setPreferred(userId, null, now, 0)),
  ];
}

function entityOf(id: string, { availability, activity }: PresenceState): Entity {
  return { id, availability, activity, statusMessage: null };
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw badRequest(`Invalid payload: ${parsed.error.issues[0]?.message ?? "unknown"}.`);
  return parsed.data;
}

function onlyPairs({ availability, activity }: PresenceState, pairs: readonly string[]): void {
  if (pairs.includes(`${availability}/${activity}`)) return;
  throw badRequest(`Availability '${availability}' and activity '${activity}' do not go together here.`);
}

function sessionLife(text: string | null | undefined): number {
  const { fallback, shortest, longest } = SESSION_LIFE_MS;
  const ms = lifeMs(text) ?? fallback;
  if (ms < shortest || ms > longest) throw badRequest("expirationDuration must be PT5M to PT4H.");
  return ms;
}

function lifeMs(text: string | null | undefined): number | null {
  if (text === null || text === undefined) return null;
  const ms = parseDuration(text);
  if (ms === null || ms <= 0) throw badRequest(`'${text}' is no duration.`);
  return ms;
}
