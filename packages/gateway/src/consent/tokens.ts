import type { TenantId, UserId } from "@trunkline/protocol";
import type { Sealer } from "../seal/seal.ts";

const rowOf = (tenantId: TenantId, userId: UserId): string =>
  JSON.stringify(["microsoft_connections", tenantId, userId]);

/** Seals what renews a user's sign-in for that user's row. */
export const sealTokens = (sealer: Sealer, tenantId: TenantId, userId: UserId, tokens: string): Promise<Uint8Array> =>
  sealer.seal(tokens, rowOf(tenantId, userId));

/** @throws SealBroken when they were sealed for another row, or under a key that is not there */
export const openTokens = (sealer: Sealer, tenantId: TenantId, userId: UserId, sealed: Uint8Array): Promise<string> =>
  sealer.open(sealed, rowOf(tenantId, userId));
