import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import type { SignInAudit } from "../http/audit.ts";
import { Refusal } from "../http/refusal.ts";
import type { Logger } from "../logger.ts";
import { MICROSOFT_CLOUDS, type MicrosoftCloud } from "../microsoft/cloud.ts";
import type { EntraClient } from "../microsoft/entra-client.ts";
import type { GraphClient } from "../microsoft/graph-client.ts";
import type { MicrosoftRegistration } from "../microsoft/registration.ts";
import type { RandomBytes } from "../random.ts";
import type { Sealer } from "../seal/seal.ts";
import type { Database } from "../store/database.ts";

/** What consent is made of. */
export interface ConsentParts {
  readonly database: Database;
  readonly log: EventLog;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly logger: Logger;
  readonly sealer: Sealer;
  readonly auditSignIn: SignInAudit;
  /** Where browsers reach this gateway; the address of the request when it is not set. */
  readonly publicUrl: string | undefined;
  /** Origins to which every tenant's browsers may be led back. */
  readonly allowedOrigins: readonly string[];
  readonly microsoft: MicrosoftRegistration | undefined;
  /** Asks once and does not wait: somebody sits at a browser. */
  readonly graph: GraphClient | undefined;
}

/** The registration, as this folder uses it. */
export interface Entra {
  readonly client: EntraClient;
  readonly clientId: string;
  readonly cloud: MicrosoftCloud;
}

/** @throws Refusal microsoft_not_set_up */
export function entraOf({ microsoft }: ConsentParts): Entra {
  if (microsoft === undefined) throw new Refusal("microsoft_not_set_up");
  return {
    client: microsoft.client,
    clientId: microsoft.clientId,
    cloud: microsoft.cloud ?? MICROSOFT_CLOUDS.public,
  };
}

/** The gateway's address as browsers know it, without a slash at the end. */
export const baseOf = ({ publicUrl }: ConsentParts, request: Request): string =>
  publicUrl ?? new URL(request.url).origin;
