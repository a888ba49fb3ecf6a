import { HEADERS, type LineId, type Message, type TenantId } from "@trunkline/protocol";
import type { RawBuilder } from "kysely";
import type { Bus } from "../bus/bus.ts";
import { sameBytes } from "../bytes.ts";
import type { EventLog } from "../events/log.ts";
import { giveKeysBack, keepAnswers, keyName, takeKeys } from "../http/idempotency-batch.ts";
import { Refusal } from "../http/refusal.ts";
import { Reply } from "../http/reply.ts";
import type { Ids } from "../random.ts";
import type { Tx } from "../store/database.ts";
import { findColleagues } from "../teamwork/assignee.ts";
import { sendLane } from "./outbound-kind.ts";
import { SendBatch, type SendOutcome } from "./send-batch.ts";
import { findPlaces } from "./send-places.ts";
import type { SendRequest } from "./send-request.ts";

/*
 * Accepting texts: many of one tenant in one transaction, each decided by itself, written with a handful of statements
 * however many they are. Locks are taken in this order: idempotency keys, threads that are made, conversations by id,
 * the tenant's cap.
 */

/** What was accepted, and which lines have work now. */
export interface Accepted {
  /** In the order of the requests. */
  readonly outcomes: readonly SendOutcome[];
  readonly lineIds: ReadonlySet<LineId>;
}

export interface AcceptParts {
  log: EventLog;
  ids: Ids;
}

/** Accepts or refuses each of `requests`, which are all of one tenant. */
export async function acceptSends(
  tx: Tx,
  tenantId: TenantId,
  requests: readonly SendRequest[],
  parts: AcceptParts,
  now: number,
): Promise<Accepted> {
  const { accepted, writing } = await decideSends(tx, tenantId, requests, parts, now);
  await writing?.execute(tx);
  return accepted;
}

/** The same, with the statement that writes the texts, null for none, left to the caller. */
export async function decideSends(
  tx: Tx,
  tenantId: TenantId,
  requests: readonly SendRequest[],
  { log, ids }: AcceptParts,
  now: number,
): Promise<{ accepted: Accepted; writing: RawBuilder<unknown> | null }> {
  const outcomes = new Map<SendRequest, SendOutcome>();
  const leaders = leadersOf(requests);
  const claims = await takeKeys<Message>(
    tx,
    tenantId,
    leaders.flatMap(({ keyed }) => keyed ?? []),
  );
  for (const request of leaders) {
    const claim = request.keyed === null ? undefined : claims.get(keyName(request.keyed));
    if (claim?.kind === "repeated") outcomes.set(request, { kind: "accepted", reply: claim.reply });
    if (claim?.kind === "failed") outcomes.set(request, { kind: "refused", error: claim.error });
  }

  const fresh = leaders.filter((request) => !outcomes.has(request));
  const places = await findPlaces(tx, tenantId, fresh, { ids, now });
  const mentioned = [...places.values()].flatMap((place) => ("content" in place ? place.content.mentions : []));
  const colleagues = await findColleagues(tx, tenantId, mentioned);
  const batch = await SendBatch.open(tx, tenantId, [...places.values()], { ids, now, colleagues });
  for (const request of fresh) {
    const place = places.get(request);
    if (place) outcomes.set(request, batch.add(request, place));
  }
  const writing = await batch.writing(tx, log);

  const own = fresh.flatMap((request) => {
    const outcome = outcomes.get(request);
    return request.keyed && outcome ? [{ keyed: request.keyed, outcome }] : [];
  });
  await keepAnswers(
    tx,
    tenantId,
    own.flatMap(({ keyed, outcome }) => (outcome.kind === "accepted" ? [{ keyed, reply: outcome.reply }] : [])),
  );
  await giveKeysBack(
    tx,
    tenantId,
    own.filter(({ outcome }) => outcome.kind === "refused").map(({ keyed }) => keyed),
  );
  const answers = requests.map((request) => outcomeOf(request, leaders, outcomes));
  return { accepted: { outcomes: answers, lineIds: batch.lineIds }, writing };
}

/** Wakes the readers of the event log and the lines that have work; call it after the commit. */
export function announceSends(bus: Bus, tenantId: TenantId, { lineIds }: Pick<Accepted, "lineIds">): void {
  if (lineIds.size > 0) bus.publish({ topic: "events", tenantId });
  for (const lineId of lineIds) bus.publish({ topic: "work", ...sendLane(tenantId, lineId) });
}

/** The first request of each key, and all that have none. */
function leadersOf(requests: readonly SendRequest[]): SendRequest[] {
  const names = new Set<string>();
  return requests.filter(({ keyed }) => {
    if (keyed === null) return true;
    const isFirst = !names.has(keyName(keyed));
    names.add(keyName(keyed));
    return isFirst;
  });
}

/** A request's own outcome, or, for a twin of another one in the batch, what that one got. */
function outcomeOf(
  request: SendRequest,
  leaders: readonly SendRequest[],
  outcomes: ReadonlyMap<SendRequest, SendOutcome>,
): SendOutcome {
  const own = outcomes.get(request);
  if (own) return own;
  const { keyed } = request;
  const leader = leaders.find((one) => keyed && one.keyed && keyName(one.keyed) === keyName(keyed));
  const outcome = leader && outcomes.get(leader);
  if (!leader?.keyed || !keyed || !outcome) throw new Error("a request got no outcome");
  if (!sameBytes(leader.keyed.requestHash, keyed.requestHash)) {
    return { kind: "refused", error: new Refusal("idempotency_key_reused") };
  }
  return outcome.kind === "refused" ? outcome : { kind: "accepted", reply: repeated(outcome.reply) };
}

const repeated = ({ json, status, headers }: Reply<Message>): Reply<Message> =>
  new Reply<Message>(json, status, { ...headers, [HEADERS.idempotencyReplayed]: "true" });
