import type { TenantId } from "@trunkline/protocol";
import * as z from "zod/mini";
import type { EntraSignIn } from "../microsoft/entra-client.ts";
import { GraphRefused } from "../microsoft/graph-error.ts";
import type { ConsentParts } from "./parts.ts";
import { lookAgain } from "./store.ts";

const Me = z.object({ displayName: z.nullish(z.string()), userPrincipalName: z.nullish(z.string()) });

/**
 * What Graph calls the person who signed in; null when that was not granted, or Graph does not say. A name is for people
 * to read, so that nothing waits for it and nothing fails without it.
 */
export async function accountName(
  { graph, database, logger, clock }: ConsentParts,
  tenantId: TenantId,
  { account, accessToken, scopes }: EntraSignIn,
): Promise<{ name: string; username: string } | null> {
  if (graph === undefined || !scopes.includes("User.Read")) return null;
  const caller = { microsoftTenantId: account.tenantId, accessToken };
  try {
    const me = await graph.get(caller, "/me?$select=displayName,userPrincipalName", Me);
    return { name: me.displayName ?? account.name, username: me.userPrincipalName ?? account.username };
  } catch (error) {
    logger.warn({ error, tenantId }, "Graph did not tell the name of somebody who connected");
    // What was granted a moment ago is refused: what holds has changed.
    if (error instanceof GraphRefused && (error.status === 401 || error.status === 403)) {
      await database.tenant(tenantId, (tx) => lookAgain(tx, tenantId, clock.now()));
    }
    return null;
  }
}
