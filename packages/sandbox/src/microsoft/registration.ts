import type { Clock, Credential, EntraClient, MicrosoftCloud, MicrosoftRegistration } from "@trunkline/gateway";
import type { DirectoryApp } from "./directory-state.ts";
import { GRAPH_URI } from "./entra/scopes.ts";
import { issuerOf } from "./entra/tokens.ts";
import type { MicrosoftPlace } from "./microsoft.ts";

/** What a client of Entra ID is made of; a part of what `microsoftClient` of `@trunkline/gateway/node` takes. */
export interface EntraClientOptions {
  readonly clientId: string;
  readonly credentials: readonly (Credential & { readonly kind: "secret"; readonly secret: string })[];
  readonly cloud: MicrosoftCloud;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

export interface RegistrationParts {
  readonly app: Pick<DirectoryApp, "clientId" | "identifierUris" | "secrets">;
  readonly place: Pick<MicrosoftPlace, "entraUrl" | "graphUrl">;
  /** Reaches Entra ID. */
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly entraClient: (options: EntraClientOptions) => EntraClient;
}

/** The registration by which a gateway uses a world's Microsoft 365: that of any gateway, with other addresses. */
export function gatewayRegistration({
  app,
  place,
  fetch,
  clock,
  entraClient,
}: RegistrationParts): MicrosoftRegistration {
  const { clientId } = app;
  const [appIdUri] = app.identifierUris;
  const credentials = app.secrets.map(({ keyId, secret, startsAt, expiresAt }) => {
    return { id: keyId, kind: "secret", secret, startsAt, expiresAt } as const;
  });
  const cloud: MicrosoftCloud = {
    authority: place.entraUrl,
    graph: place.graphUrl,
    graphResource: GRAPH_URI,
    issuers: {
      "1.0": issuerOf(1, "{tenantid}", place.entraUrl),
      "2.0": issuerOf(2, "{tenantid}", place.entraUrl),
    },
  };
  return {
    clientId,
    ...(appIdUri === undefined ? {} : { appIdUri }),
    cloud,
    credentials: credentials.map(({ secret: _, ...credential }) => credential), // what is watched need not know it
    client: entraClient({ clientId, credentials, cloud, fetch, clock }),
  };
}
