import { HEADERS, type TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import { sameBytes } from "../bytes.ts";
import type { Sealer } from "../seal/seal.ts";
import type { SystemTx, Tx } from "../store/database.ts";
import { Refusal } from "./refusal.ts";
import { Reply } from "./reply.ts";

/** How long an answer is kept for its key, in milliseconds. */
export const KEPT_MS = 24 * 60 * 60_000;

/** A request that carries an Idempotency-Key. */
export interface Keyed {
  /** Null for the operator's own routes, which belong to no tenant. */
  readonly tenantId: TenantId | null;
  /** The user behind a session, or the key: a session that was minted anew still finds its answer. */
  readonly principal: string;
  readonly route: string;
  readonly key: string;
  /** Hash over method, path, body and the session's narrowing: the same key with another request is refused. */
  readonly requestHash: Uint8Array;
  readonly now: number;
  readonly sealer: Sealer;
}

/** What is stored under a key. */
export interface KeptAnswer {
  request_hash: Uint8Array;
  status: number | null;
  answer: Uint8Array | null;
  created_at: Date;
}

/**
 * Runs `effect` once for each Idempotency-Key; a repetition gets the answer of the first. Key and effect commit
 * together, so a twin in flight waits on the unique index until it knows how the first one ended. Without a key it
 * just runs `effect`. What `effect` throws is not kept: the transaction rolls back and takes the key with it.
 *
 * @param tx - the transaction in which `effect` writes
 */
export async function once<Body>(
  tx: Tx | SystemTx,
  keyed: Keyed | null,
  effect: () => Promise<Body | Reply<Body>>,
): Promise<Reply<Body>> {
  if (keyed === null) return toReply(await effect());
  const kept = await take(tx, keyed);
  if (kept) return replay(keyed, kept);
  const reply = toReply(await effect());
  const sealed = await keyed.sealer.seal(reply.json, rowOf(keyed));
  await sql`update ${tableOf(keyed)} set status = ${reply.status ?? null}, answer = ${sealed}
    where tenant_id = ${keyed.tenantId ?? ""} and principal = ${keyed.principal} and route = ${keyed.route}
      and key = ${keyed.key}`.execute(tx);
  return reply;
}

/**
 * The answer that a request with this key got before, or null: for effects that are safe to repeat and too long for one
 * transaction. End them with `once`.
 *
 * @throws Refusal idempotency_key_reused when it was another request
 */
export async function replayOf<Body>(tx: Tx, keyed: Keyed): Promise<Reply<Body> | null> {
  const kept = await readKept(tx, keyed);
  return kept && kept.created_at.getTime() > keyed.now - KEPT_MS ? replay(keyed, kept) : null;
}

/** Takes the key for this request, or gives what another request left under it. An answer past its time is replaced. */
async function take(tx: Tx | SystemTx, keyed: Keyed): Promise<KeptAnswer | null> {
  const { rows } = await sql<{ taken: boolean }>`
    insert into ${tableOf(keyed)} as kept (tenant_id, principal, route, key, request_hash, created_at)
    values (${keyed.tenantId ?? ""}, ${keyed.principal}, ${keyed.route}, ${keyed.key}, ${keyed.requestHash},
      ${new Date(keyed.now)})
    on conflict (tenant_id, principal, route, key) do update
      set request_hash = excluded.request_hash, created_at = excluded.created_at, status = null, answer = null
      where kept.created_at <= ${new Date(keyed.now - KEPT_MS)}
    returning true as taken`.execute(tx);
  if (rows.length > 0) return null;
  return (await readKept(tx, keyed)) ?? take(tx, keyed); // pruned between the two statements
}

async function readKept(tx: Tx | SystemTx, keyed: Keyed): Promise<KeptAnswer | null> {
  const { rows } = await sql<KeptAnswer>`
    select request_hash, status, answer, created_at from ${tableOf(keyed)}
    where tenant_id = ${keyed.tenantId ?? ""} and principal = ${keyed.principal} and route = ${keyed.route}
      and key = ${keyed.key}`.execute(tx);
  return rows[0] ?? null;
}

/**
 * Gives the answer of the first request again.
 * @throws Refusal idempotency_key_reused when it was another request
 */
export async function replay<Body>(keyed: Keyed, { request_hash, status, answer }: KeptAnswer): Promise<Reply<Body>> {
  if (!sameBytes(request_hash, keyed.requestHash)) throw new Refusal("idempotency_key_reused");
  if (answer === null) throw new Error("an idempotency key was committed without its answer");
  const json = await keyed.sealer.open(answer, rowOf(keyed));
  return new Reply<Body>(json, status ?? undefined, { [HEADERS.idempotencyReplayed]: "true" });
}

const toReply = <Body>(result: Body | Reply<Body>): Reply<Body> =>
  result instanceof Reply ? result : new Reply<Body>(JSON.stringify(result));

const tableOf = ({ tenantId }: Keyed) =>
  sql.table(tenantId === null ? "operator_idempotency_keys" : "idempotency_keys");

/** The row that an answer is sealed to. */
export const rowOf = ({ tenantId, principal, route, key }: Keyed): string =>
  JSON.stringify(["idempotency_keys", tenantId, principal, route, key]);
