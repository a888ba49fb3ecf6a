import type { Consent, ConsentStep, TenantId, UserId } from "@trunkline/protocol";
import { FEATURE_PERMISSIONS, isMicrosoftFeature, type MicrosoftFeature } from "@trunkline/protocol/permissions";
import { notFound } from "../http/refusal.ts";
import type { Tx } from "../store/database.ts";
import { readTenant } from "../tenants/store.ts";
import { NEXT_STEPS, type NextStep } from "./next-steps.ts";
import { type ConsentActor, type ConsentFacts, consentState } from "./state.ts";
import { type ConnectionRow, type MicrosoftTenantRow, readConnection, readMicrosoftTenant } from "./store.ts";
import { wantedPermissions, withIncluded } from "./wanted.ts";

/** What is kept of where a tenant and one of its users stand. */
export interface Kept {
  readonly features: readonly MicrosoftFeature[];
  readonly microsoft: MicrosoftTenantRow | null;
  readonly connection: ConnectionRow | null;
}

/** @param userId - whose account is looked at; null for a key */
export async function readKept(tx: Tx, tenantId: TenantId, userId: UserId | null): Promise<Kept> {
  const tenant = await readTenant(tx, tenantId);
  if (!tenant) throw notFound();
  return {
    features: tenant.features.filter(isMicrosoftFeature),
    microsoft: await readMicrosoftTenant(tx, tenantId),
    connection: userId === null ? null : await readConnection(tx, tenantId, userId),
  };
}

/** Where a tenant and one of its users stand, as it is told to them. */
export function toConsent(kept: Kept, now: number): Consent {
  const { features, microsoft } = kept;
  const connection = connected(kept.connection);
  const judged = consentState(toFacts(kept), now);
  return {
    state: judged.state,
    next: step(judged.next),
    features: judged.features.map(({ feature, state, missing, next }, place) => ({
      feature: features[place] ?? (feature as MicrosoftFeature), // one for one, in their order
      state,
      missing: missing.map(({ name, kind, adminConsent }) => ({
        name,
        kind,
        adminConsent,
        reason: reasonOf(features[place], name, kind),
      })),
      next: step(next),
    })),
    tenant: microsoft && {
      microsoftTenantId: microsoft.microsoft_tenant_id,
      name: microsoft.name,
      state: microsoft.state,
      connectedAt: microsoft.connected_at.toISOString(),
      checkedAt: microsoft.checked_at.toISOString(),
    },
    connection: connection && {
      account: { objectId: connection.objectId, name: connection.row.name },
      connectedAt: connection.connectedAt.toISOString(),
      endsAt: connection.row.ends_at?.toISOString() ?? null,
    },
  };
}

/**
 * Whether the asker can approve for the whole organisation what the app does in its own name, and that is still missing: a
 * sign-in alone does not grant it.
 */
export function wantsApproval(kept: Kept, asked: readonly MicrosoftFeature[], now: number): boolean {
  return consentState(toFacts(kept), now).features.some(
    ({ missing, next }, place) =>
      next === "grant" &&
      missing.some(({ kind }) => kind === "application") &&
      asked.some((feature) => feature === kept.features[place]),
  );
}

/** A connection that was made; a row may also tell of somebody who only tried. */
function connected(row: ConnectionRow | null) {
  if (row?.microsoft_object_id == null || row.connected_at === null) return null;
  return { row, objectId: row.microsoft_object_id, connectedAt: row.connected_at };
}

/** What the organisation lets its members decide is not known before one of them was refused. */
const ACTORS: Readonly<Record<ConnectionRow["standing"], ConsentActor>> = {
  admin: "admin",
  app_admin: "app_admin",
  guest: "guest",
  member: "unknown",
  unknown: "unknown",
};

function toFacts({ features, microsoft, connection: row }: Kept): ConsentFacts {
  const connection = connected(row)?.row;
  const nothing = { delegated: [], application: [] };
  const granted = microsoft?.granted ?? nothing;
  const held = microsoft?.held ?? nothing;
  return {
    features: features.map((feature) => ({ feature, permissions: wantedPermissions(feature) })),
    granted: withIncluded(
      {
        // Once somebody has signed in, their own token says more exactly what holds for them.
        delegated: connection ? connection.granted : granted.delegated,
        application: granted.application,
      },
      features,
    ),
    heldBefore: withIncluded({ delegated: connection ? connection.held : [], application: held.application }, features),
    actor: ACTORS[connection?.standing ?? "unknown"],
    errors: [...(microsoft?.errors ?? []), ...(row?.errors ?? [])],
    rsc: { manifestVersion: "", team: null },
    connectionEndsAt: connection?.ends_at?.getTime() ?? null,
  };
}

const step = (code: NextStep): ConsentStep => ({ code, ...NEXT_STEPS[code] });

function reasonOf(feature: MicrosoftFeature | undefined, name: string, kind: string): string {
  const permissions = feature === undefined ? [] : FEATURE_PERMISSIONS[feature];
  return permissions.find((permission) => permission.name === name && permission.kind === kind)?.reason ?? "";
}
