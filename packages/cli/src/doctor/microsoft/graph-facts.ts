import { createGraphClient, type GraphCaller, GraphRefused } from "@trunkline/gateway";
import {
  type MicrosoftPermission,
  type NamedPermission,
  PERMISSION_FACTS,
  PERMISSION_NAMES,
  PERMISSION_RESOURCES,
} from "@trunkline/protocol/permissions";
import * as z from "zod/mini";
import type { EntraFacts } from "./entra-facts.ts";
import { once } from "./subject.ts";
import { organisationOf } from "./token.ts";

/*
 * What Microsoft Graph tells of a registration. Source of the forms: Microsoft Graph, resource types `application`,
 * `servicePrincipal`, `oAuth2PermissionGrant` and `subscribedSku`.
 */

const uris = z.object({ redirectUris: z.array(z.string()) });
const Application = z.object({
  id: z.string(),
  appId: z.string(),
  signInAudience: z.nullish(z.string()),
  identifierUris: z.array(z.string()),
  groupMembershipClaims: z.nullish(z.string()),
  web: uris,
  spa: uris,
  publicClient: uris,
  api: z.object({
    requestedAccessTokenVersion: z.nullish(z.number()),
    oauth2PermissionScopes: z.array(z.object({ id: z.string(), value: z.nullish(z.string()), isEnabled: z.boolean() })),
    preAuthorizedApplications: z.array(
      z.object({ appId: z.nullish(z.string()), delegatedPermissionIds: z.array(z.string()) }),
    ),
  }),
  passwordCredentials: z.array(z.object({ hint: z.nullish(z.string()), endDateTime: z.nullish(z.string()) })),
  requiredResourceAccess: z.array(
    z.object({
      resourceAppId: z.string(),
      resourceAccess: z.array(z.object({ id: z.string(), type: z.string() })),
    }),
  ),
});
export type Application = z.infer<typeof Application>;

const Principal = z.object({ id: z.string(), appOwnerOrganizationId: z.nullish(z.string()) });
export type Principal = z.infer<typeof Principal>;
const PrincipalOfResource = z.object({ appId: z.string() });
const Grant = z.object({ consentType: z.nullish(z.string()), resourceId: z.string(), scope: z.nullish(z.string()) });

const Sku = z.object({
  skuPartNumber: z.nullish(z.string()),
  capabilityStatus: z.nullish(z.string()),
  consumedUnits: z.nullish(z.number()),
  prepaidUnits: z.nullish(z.object({ enabled: z.nullish(z.number()) })),
  servicePlans: z.array(z.object({ servicePlanId: z.string(), provisioningStatus: z.nullish(z.string()) })),
});
export type Sku = z.infer<typeof Sku>;

/** With which token Graph is asked, and whose that is. */
export interface Reader {
  readonly caller: GraphCaller;
  readonly whose: "admin" | "gateway";
  /** Whether the token is of the organisation that is looked at; what it tells of consent is of its own. */
  readonly isOfOrganisation: boolean;
}

/** What is known from Graph. Each is asked once. Every call may throw `GraphRefused` or `GraphUnavailable`. */
export class GraphFacts {
  readonly #entra: EntraFacts;

  constructor(entra: EntraFacts) {
    this.#entra = entra;
  }

  /** An admin's token where there is one, otherwise the gateway's own; null without either. */
  readonly reader = once(async (): Promise<Reader | null> => {
    const { graphToken } = this.#entra.subject;
    const { tenantId } = await this.#entra.discovery();
    const organisation = tenantId ?? "";
    if (graphToken !== null) {
      const own = organisationOf(graphToken);
      const caller = { microsoftTenantId: own ?? organisation, accessToken: graphToken };
      return { caller, whose: "admin", isOfOrganisation: own === null || own === organisation };
    }
    const token = await this.#entra.appToken();
    if (token === null) return null;
    const caller = { microsoftTenantId: organisation, accessToken: token.accessToken };
    return { caller, whose: "gateway", isOfOrganisation: true };
  });

  /** The registration; null when the reader's organisation has none by this client id. */
  readonly application = once(async (): Promise<Application | null> => {
    const filter = encodeURIComponent(`appId eq '${this.#clientId}'`);
    for await (const found of this.#list(`/applications?$filter=${filter}`, Application)) return found;
    return null;
  });

  /** What stands for the registration in the reader's organisation; null when it is not there. */
  readonly principal = once(async (): Promise<Principal | null> => {
    try {
      return await this.#get(`/servicePrincipals(appId='${this.#clientId}')`, Principal);
    } catch (error) {
      if (error instanceof GraphRefused && error.status === 404) return null;
      throw error;
    }
  });

  /** Delegated permissions that an admin granted for everybody. */
  readonly grantedToEverybody = once(async (): Promise<readonly NamedPermission[]> => {
    const principal = await this.principal();
    if (principal === null) return [];
    const names: MicrosoftPermission[] = [];
    const path = `/servicePrincipals/${principal.id}/oauth2PermissionGrants`;
    for await (const { consentType, resourceId, scope } of this.#list(path, Grant)) {
      if (consentType !== "AllPrincipals") continue;
      const { appId } = await this.#get(`/servicePrincipals/${resourceId}?$select=appId`, PrincipalOfResource);
      const scopes = scope?.split(" ") ?? [];
      names.push(...PERMISSION_NAMES.filter((name) => isOf(name, appId) && scopes.includes(shortName(name))));
    }
    return names.map((name) => ({ name, kind: "delegated" }));
  });

  /** The organisation's licences. */
  readonly skus = once(async (): Promise<readonly Sku[]> => {
    const skus: Sku[] = [];
    for await (const sku of this.#list("/subscribedSkus", Sku)) skus.push(sku);
    return skus;
  });

  readonly #graph = once(() => {
    const { fetch, clock } = this.#entra.subject;
    return createGraphClient({ fetch, clock, origin: this.#entra.cloud.graph });
  });

  get #clientId(): string {
    return this.#entra.registration.clientId;
  }

  async #caller(): Promise<GraphCaller> {
    const reader = await this.reader();
    if (reader === null) throw new TypeError("Graph is not asked without a token");
    return reader.caller;
  }

  async #get<Body extends z.ZodMiniType>(path: string, body: Body): Promise<z.infer<Body>> {
    return this.#graph().get(await this.#caller(), path, body);
  }

  async *#list<Item extends z.ZodMiniType>(path: string, item: Item): AsyncGenerator<z.infer<Item>> {
    yield* this.#graph().list(await this.#caller(), path, item);
  }
}

function isOf(name: MicrosoftPermission, appId: string): boolean {
  const { resource, delegated } = PERMISSION_FACTS[name];
  return delegated !== undefined && PERMISSION_RESOURCES[resource].appId === appId;
}

/** `Dataverse/user_impersonation` is `user_impersonation` in a grant. */
const shortName = (name: MicrosoftPermission): string => name.slice(name.indexOf("/") + 1);
