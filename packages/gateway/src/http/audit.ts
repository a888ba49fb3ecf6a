import type { Actor, AuditEntry, TenantId, UserId } from "@trunkline/protocol";
import type { Operation } from "@trunkline/protocol/routes";
import { sql } from "kysely";
import type { Clock } from "../clock.ts";
import type { Ids } from "../random.ts";
import type { Operator, Principal } from "../rights/principal.ts";
import type { SystemTx, Tx } from "../store/database.ts";

/** What a request changed. Answers of the API hold no secrets, so that both sides of a change are told as those tell it. */
export interface AuditChange {
  readonly object: { readonly kind: string; readonly id: string | null };
  /** As it was; null for what was made. */
  readonly before: object | null;
  /** As it is; null for what was deleted. */
  readonly after: object | null;
  /** Names of secrets that were changed. */
  readonly secrets?: readonly string[];
}

/** Records a change in the transaction that makes it. A change that changes nothing is none. */
export type Audit = (tx: Tx | SystemTx, tenantId: TenantId, change: AuditChange) => Promise<void>;

/** One request: who makes it, and what it is called. */
interface Source {
  readonly principal: Principal | Operator;
  readonly action: Operation;
  readonly requestId: string;
}

/** Records what somebody changed by signing in at Microsoft, in the transaction that changes it. */
export type SignInAudit = (
  tx: Tx,
  tenantId: TenantId,
  userId: UserId,
  action: "connectMicrosoft" | "provisionUser",
  change: AuditChange,
) => Promise<void>;

interface AuditParts {
  ids: Ids;
  clock: Clock;
}

/** Makes the `Audit` of each request. */
export function auditor(parts: AuditParts): (source: Source) => Audit {
  const write = entryWriter(parts);
  return ({ principal, action, requestId }) =>
    (tx, tenantId, change) => {
      const actor = "actor" in principal ? principal.actor : { kind: principal.kind, id: principal.id };
      return write(tx, tenantId, { actor, by: { kind: principal.kind, id: principal.id }, action, requestId }, change);
    };
}

export function signInAuditor(parts: AuditParts): SignInAudit {
  const write = entryWriter(parts);
  return (tx, tenantId, id, action, change) =>
    write(tx, tenantId, { actor: { kind: "user", id }, by: { kind: "entra", id }, action, requestId: null }, change);
}

type Entry = Pick<AuditEntry, "by" | "action" | "requestId"> & { readonly actor: Actor | AuditEntry["actor"] };

function entryWriter({ ids, clock }: AuditParts) {
  return async (
    tx: Tx | SystemTx,
    tenantId: TenantId,
    { actor, by, action, requestId }: Entry,
    { object, before, after, secrets = [] }: AuditChange,
  ): Promise<void> => {
    const sides = differing(before, after);
    if (sides === null && secrets.length === 0) return;
    await sql`insert into audit_entries (tenant_id, id, at, actor_kind, actor_id, by_kind, by_id, request_id, action,
          object_kind, object_id, before, after, secrets)
        values (${tenantId}, ${ids("auditEntry")}, ${new Date(clock.now())}, ${actor.kind}, ${actor.id},
          ${by.kind}, ${by.id}, ${requestId}, ${action}, ${object.kind}, ${object.id},
          ${toJson(sides?.before)}::jsonb, ${toJson(sides?.after)}::jsonb, ${[...secrets]}::text[])`.execute(tx);
  };
}

const toJson = (value: object | null | undefined): string | null => (value ? JSON.stringify(value) : null);

type Sides = Pick<AuditEntry, "before" | "after">;

/** The fields that differ, on both sides; null when none does. The version of a thing is not a change of it. */
function differing(before: object | null, after: object | null): Sides | null {
  if (before === null || after === null) {
    return before === after ? null : { before: before && { ...before }, after: after && { ...after } };
  }
  const [was, is] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const names = [...new Set([...was.keys(), ...is.keys()])].filter(
    (name) => name !== "updatedAt" && JSON.stringify(was.get(name)) !== JSON.stringify(is.get(name)),
  );
  if (names.length === 0) return null;
  const pick = (side: ReadonlyMap<string, unknown>) => Object.fromEntries(names.map((name) => [name, side.get(name)]));
  return { before: pick(was), after: pick(is) };
}
