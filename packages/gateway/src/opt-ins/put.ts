import type { LineId, OptIn, PutOptIn, SendingSettings } from "@trunkline/protocol";
import type { NewEvent } from "../events/log.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import { type AcceptParts, acceptSends } from "../messaging/accept.ts";
import { answerOrigin, type SendRequest, systemPrincipal } from "../messaging/send-request.ts";
import type { Principal } from "../rights/principal.ts";
import { sees } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { toSending } from "../tenants/settings.ts";
import { answerText } from "./answer-texts.ts";
import { audienceOf, conversationsOf, type NumberConversation, optInEvents } from "./audience.ts";
import { decideChange, requireEvidence, standsAgainst, timeOf } from "./decide-change.ts";
import { type KeywordEffects, NO_EFFECTS } from "./keyword-turn.ts";
import { Ledger } from "./ledger.ts";
import { type OwnLines, readOwned, readOwnLines } from "./numbers.ts";

/** A change that was recorded, and what follows after the commit. */
export interface Put extends KeywordEffects {
  readonly optIn: OptIn;
}

/**
 * Records what somebody says about a number: for those alone who see a conversation with it, or all of them.
 *
 * @throws Refusal conflict when a STOP stands against it
 */
export async function putOptIn(
  tx: Tx,
  principal: Principal,
  body: PutOptIn,
  record: (...events: NewEvent[]) => void,
  parts: AcceptParts,
  now: number,
): Promise<Put> {
  const { tenantId, sight, actor, author: by } = principal;
  const { lineId = null, evidence } = body;
  requireEvidence(body);
  const at = timeOf(evidence, now);
  const lines = await readOwnLines(tx, tenantId);
  if (lineId !== null && !lines.numbers.has(lineId)) throw noSuchLine();
  const number = readOwned(body.number, lines, lineId, ["number"]);
  const conversations = await conversationsOf(tx, tenantId, [number]);
  if (!sees(sight, audienceOf({ number, lineId }, conversations))) throw lineId === null ? notFound() : noSuchLine();

  const ledger = await Ledger.open(tx, tenantId, [number], { ids: parts.ids, now });
  const { name: business, sending } = await readTenant(tx, principal);
  const { state, asks } = decideChange(body, ledger.standing(number, lineId), sending);
  const { at: _, ...shown } = evidence;
  const { wording, language } = shown;
  const entry = { number, lineId, state, method: evidence.method, at, by, wording, language, evidence: shown };
  const against = standsAgainst(
    body,
    ledger.preview(entry).after,
    lineId === null ? null : ledger.standing(number, null),
  );
  if (against) throw against;
  // The same call once more says nothing new.
  const after = ledger.knows(entry) ? ledger.standing(number, lineId) : ledger.add(entry).after;
  record(...(await optInEvents(tx, tenantId, await ledger.write(tx), actor)));

  const stops = after.state === "opted_out" ? [{ lineId, number }] : [];
  if (!asks || after.state !== "pending") return { ...NO_EFFECTS, optIn: after, stops };
  const question = answerText("doubleOptIn", sending.answers.doubleOptIn, { business, language: language ?? null });
  if (question === null) return { ...NO_EFFECTS, optIn: after };
  const asking: SendRequest = {
    principal: systemPrincipal(tenantId, { kind: "system", id: null, name: null }, null),
    target: { kind: "number", from: asker(lineId, lines, conversations), to: number, content: { text: question } },
    origin: answerOrigin("double_opt_in"),
    keyed: null,
  };
  const { outcomes, lineIds } = await acceptSends(tx, tenantId, [asking], parts, now);
  for (const outcome of outcomes) if (outcome.kind === "refused") throw outcome.error;
  return { optIn: after, stops, lineIds };
}

const noSuchLine = () => invalid(["lineId"], "is not a line that you see", "not_found");

async function readTenant(
  tx: Tx,
  { tenantId }: Principal,
): Promise<{ readonly name: string; readonly sending: SendingSettings }> {
  const row = await tx
    .selectFrom("tenants")
    .select(["name", "sending"])
    .where("tenant_id", "=", tenantId)
    .executeTakeFirst();
  if (!row) throw notFound();
  return { name: row.name, sending: toSending(row.sending) };
}

/** The number that asks: of the line that is meant, the one that they wrote with last, or the tenant's only one. */
function asker(lineId: LineId | null, { numbers }: OwnLines, conversations: readonly NumberConversation[]): string {
  const only = numbers.size === 1 ? [...numbers.keys()] : [];
  const candidates = lineId === null ? [...conversations.map((one) => one.lineId), ...only] : [lineId];
  for (const candidate of candidates) {
    const number = numbers.get(candidate);
    if (number) return number; // the answer to a sender's name goes nowhere
  }
  throw new Refusal("invalid_input", {
    detail: "The owner is asked before their agreement counts: name the line with a number that asks them.",
    issues: [{ path: ["lineId"], message: "must be a line with a number" }],
  });
}
