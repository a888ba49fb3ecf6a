import type { Clock, MicrosoftRegistration } from "@trunkline/gateway";
import { microsoftClient } from "@trunkline/gateway/node";
import * as z from "zod/mini";
import { gatewayRegistration } from "../microsoft/registration.ts";
import { type TrustingFetch, trustingFetch } from "./trusting-fetch.ts";

const time = z.pipe(
  z.iso.datetime(),
  z.transform((text) => Date.parse(text)),
);
/** As much of `GET /world/microsoft` as a gateway needs. */
const Tenant = z.object({
  entraUrl: z.url(),
  graphUrl: z.url(),
  caCertificate: z.nullable(z.string()),
  gatewayClientId: z.string(),
  apps: z.array(
    z.object({
      clientId: z.string(),
      identifierUris: z.array(z.string()),
      secrets: z.array(
        z.object({
          keyId: z.string(),
          secret: z.string(),
          displayName: z.string(),
          startsAt: time,
          expiresAt: time,
        }),
      ),
    }),
  ),
});

/** How a gateway's process reaches the Microsoft 365 of a world in another process. */
export interface AttachedMicrosoft extends TrustingFetch {
  readonly registration: MicrosoftRegistration;
}

/**
 * Makes a gateway's registration of what the world says of its tenant. The world's certificate authority is trusted by
 * `fetch`, for requests to the world's Entra ID alone.
 *
 * @param tenant - the answer of `GET /world/microsoft`
 * @throws when that is not such an answer
 */
export function attachedMicrosoft(
  tenant: unknown,
  { clock, fetch }: { readonly clock: Clock; readonly fetch: typeof globalThis.fetch },
): AttachedMicrosoft {
  const { entraUrl, graphUrl, caCertificate, gatewayClientId, apps } = z.parse(Tenant, tenant);
  const app = apps.find(({ clientId }) => clientId === gatewayClientId);
  if (!app) throw new TypeError("the world's tenant does not know the registration of its gateways");
  const trusting =
    caCertificate === null
      ? { fetch, close: () => undefined }
      : trustingFetch({ origin: entraUrl, caCertificate, fetch });
  const registration = gatewayRegistration({
    app,
    place: { entraUrl, graphUrl },
    fetch: trusting.fetch,
    clock,
    entraClient: microsoftClient,
  });
  return { ...trusting, registration };
}
