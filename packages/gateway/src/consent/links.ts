import type { Actor, TenantId, UserId } from "@trunkline/protocol";
import type { MicrosoftFeature } from "@trunkline/protocol/permissions";
import { sha256, toHex } from "../bytes.ts";
import { readTenant } from "../tenants/store.ts";
import type { ConsentParts } from "./parts.ts";
import { insertLink } from "./store.ts";
import { newName } from "./trips.ts";

/* Pages for an administrator, and the words to send them with. */

/** How long a page waits for its administrator, in milliseconds. */
const LINK_MS = 7 * 24 * 60 * 60_000;

export interface LinkPlan {
  readonly tenantId: TenantId;
  readonly userId: UserId | null;
  readonly features: readonly MicrosoftFeature[];
  /** Whether whoever asks may decide which organisation the tenant is connected to. */
  readonly mayMap: boolean;
  readonly returnTo?: string | undefined;
  readonly actor: Actor;
}

export interface NewLink {
  readonly id: string;
  readonly url: string;
  readonly text: string;
  readonly expiresAt: number;
}

export async function makeLink(
  parts: ConsentParts,
  base: string,
  { tenantId, features, ...plan }: LinkPlan,
): Promise<NewLink> {
  const { clock, random, database } = parts;
  const name = newName(parts);
  const url = `${base}/connect/${name}`;
  const link = {
    ...plan,
    returnTo: plan.returnTo ?? null,
    id: toHex(random(16)),
    tokenHash: await sha256(name),
    features: [...features],
    expiresAt: clock.now() + LINK_MS,
  };
  const tenant = await database.tenant(tenantId, async (tx) => {
    await insertLink(tx, tenantId, link, clock.now());
    return readTenant(tx, tenantId);
  });
  const text = `Hello,\n\n${tenant?.name ?? "Our app"} would like to use Trunkline with our Microsoft 365, and an administrator has to approve that once for our organisation. This page says what is asked for and why:\n\n${url}\n\nIt is good for a week. Thank you.`;
  return { id: link.id, url, text, expiresAt: link.expiresAt };
}
