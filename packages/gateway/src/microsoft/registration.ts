import type { MicrosoftCloud } from "./cloud.ts";
import type { Credential } from "./credentials-watch.ts";
import type { EntraClient } from "./entra-client.ts";

/** The gateway's app registration in Entra: one for all of its tenants. */
export interface MicrosoftRegistration {
  /** Application (client) id, a GUID. */
  readonly clientId: string;
  /** The App ID URI, `api://…`; tokens of version 1.0 carry it as their audience. */
  readonly appIdUri?: string;
  /**
   * The delegated permission that the registration offers and a person's token must hold.
   * @default "access_as_user"
   */
  readonly scope?: string;
  /**
   * Client ids whose tokens are taken, such as Teams' and the CRM's own.
   * @default any that the registration lets have the scope
   */
  readonly clients?: readonly string[];
  /** @default MICROSOFT_CLOUDS.public */
  readonly cloud?: MicrosoftCloud;
  /** What is known of its secrets and certificates, so that somebody is told before one ends. */
  readonly credentials: readonly Credential[];
  readonly client: EntraClient;
}
