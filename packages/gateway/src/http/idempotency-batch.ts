import type { TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import { toHex } from "../bytes.ts";
import type { Tx } from "../store/database.ts";
import { recordset } from "../store/json.ts";
import { KEPT_MS, type KeptAnswer, type Keyed, replay, rowOf } from "./idempotency.ts";
import type { Reply } from "./reply.ts";

/*
 * `once` for many requests of one tenant that share a transaction. Keys are taken in one order, so that two batches
 * that hold the same keys wait for each other and do not lock each other out.
 */

/** What holds for all requests with one key. */
export type Claim<Body> =
  | { kind: "first" }
  | { kind: "repeated"; reply: Reply<Body> }
  | { kind: "failed"; error: unknown };

interface Row {
  principal: string;
  route: string;
  key: string;
}

const nameOf = ({ principal, route, key }: Row): string => JSON.stringify([principal, route, key]);

/** The name under which a request and its repetitions meet. */
export const keyName = (keyed: Keyed): string => nameOf(keyed);

/**
 * Takes the keys of several requests, each key once. Those that are new belong to the caller, who keeps an answer for
 * them or gives them back before the transaction ends.
 */
export async function takeKeys<Body>(
  tx: Tx,
  tenantId: TenantId,
  requests: readonly Keyed[],
): Promise<Map<string, Claim<Body>>> {
  const claims = new Map<string, Claim<Body>>();
  const [first] = requests;
  if (!first) return claims;
  const rows = requests.map(({ principal, route, key, requestHash }) => ({
    principal,
    route,
    key,
    hash: toHex(requestHash),
  }));
  const { rows: taken } = await sql<Row>`
    insert into idempotency_keys as kept (tenant_id, principal, route, key, request_hash, created_at)
    select ${tenantId}::text, k.principal, k.route, k.key, decode(k.hash, 'hex'), ${new Date(first.now)}
    from ${recordset(rows)} as k (principal text, route text, key text, hash text)
    order by k.principal, k.route, k.key
    on conflict (tenant_id, principal, route, key) do update
      set request_hash = excluded.request_hash, created_at = excluded.created_at, status = null, answer = null
      where kept.created_at <= ${new Date(first.now - KEPT_MS)}
    returning principal, route, key`.execute(tx);
  for (const row of taken) claims.set(nameOf(row), { kind: "first" });

  const repeated = requests.filter((keyed) => !claims.has(keyName(keyed)));
  if (repeated.length === 0) return claims;
  const { rows: kept } = await sql<Row & KeptAnswer>`
    select i.principal, i.route, i.key, i.request_hash, i.status, i.answer, i.created_at
    from ${recordset(repeated.map(({ principal, route, key }) => ({ principal, route, key })))}
      as k (principal text, route text, key text)
    join idempotency_keys i on i.tenant_id = ${tenantId} and i.principal = k.principal and i.route = k.route and i.key = k.key
  `.execute(tx);
  const answers = new Map(kept.map((row) => [nameOf(row), row]));
  for (const keyed of repeated) {
    const answer = answers.get(keyName(keyed));
    if (!answer) throw new Error("an idempotency key vanished while it was read"); // pruned between two statements
    claims.set(
      keyName(keyed),
      await replay<Body>(keyed, answer).then(
        (reply): Claim<Body> => ({ kind: "repeated", reply }),
        (error: unknown): Claim<Body> => ({ kind: "failed", error }),
      ),
    );
  }
  return claims;
}

/** Keeps the answers of requests whose keys are the caller's. */
export async function keepAnswers(
  tx: Tx,
  tenantId: TenantId,
  answers: readonly { keyed: Keyed; reply: Reply<unknown> }[],
): Promise<void> {
  if (answers.length === 0) return;
  const rows = await Promise.all(
    answers.map(async ({ keyed, reply }) => ({
      principal: keyed.principal,
      route: keyed.route,
      key: keyed.key,
      status: reply.status ?? null,
      answer: toHex(await keyed.sealer.seal(reply.json, rowOf(keyed))),
    })),
  );
  await sql`update idempotency_keys i set status = a.status, answer = decode(a.answer, 'hex')
    from ${recordset(rows)} as a (principal text, route text, key text, status int, answer text)
    where i.tenant_id = ${tenantId} and i.principal = a.principal and i.route = a.route and i.key = a.key`.execute(tx);
}

/** Gives keys back whose requests came to nothing, so that they may be made again. */
export async function giveKeysBack(tx: Tx, tenantId: TenantId, requests: readonly Keyed[]): Promise<void> {
  if (requests.length === 0) return;
  const rows = requests.map(({ principal, route, key }) => ({ principal, route, key }));
  await sql`delete from idempotency_keys i
    using ${recordset(rows)} as k (principal text, route text, key text)
    where i.tenant_id = ${tenantId} and i.principal = k.principal and i.route = k.route and i.key = k.key`.execute(tx);
}
