import { EntraRefused, EntraUnavailable, GraphRefused, GraphUnavailable } from "@trunkline/gateway";
import * as z from "zod/mini";
import { READER_PERMISSION, TOKEN_VARIABLE } from "../../microsoft/admin-token.ts";
import { type Check, type Outcome, unknown } from "../check.ts";
import { EntraFacts } from "./entra-facts.ts";
import { type Application, GraphFacts } from "./graph-facts.ts";
import { type Manifest, readManifest } from "./manifest-file.ts";
import { type MicrosoftSubject, once } from "./subject.ts";

/** What the checks of the Microsoft part look at. */
export class MicrosoftGround {
  readonly subject: MicrosoftSubject;
  readonly entra: EntraFacts;
  readonly graph: GraphFacts;
  /** The Teams app's manifest; null when none was named. Throws ManifestRefused. */
  readonly manifest = once((): Promise<Manifest | null> => {
    const { manifest } = this.subject;
    return manifest === null ? Promise.resolve(null) : readManifest(manifest);
  });

  constructor(subject: MicrosoftSubject) {
    this.subject = subject;
    this.entra = new EntraFacts(subject);
    this.graph = new GraphFacts(this.entra);
  }
}

/** The registration, for checks that stand on its being there. */
export async function theApplication({ graph }: MicrosoftGround): Promise<Application> {
  const application = await graph.application();
  if (application === null) throw new TypeError("what needs the registration is not looked at without it");
  return application;
}

export type MicrosoftCheck = Check<MicrosoftGround>;

/** Ids of the checks that others stand on. */
export const ID = {
  settings: "microsoft.settings",
  publicUrl: "microsoft.public_url",
  entra: "microsoft.entra",
  clock: "microsoft.clock",
  organisation: "microsoft.organisation",
  registration: "microsoft.registration",
  installed: "microsoft.installed",
  enabled: "microsoft.enabled",
  credential: "microsoft.credential",
  graph: "microsoft.graph",
  redirectUri: "microsoft.redirect_uri",
  appIdUri: "microsoft.app_id_uri",
  scope: "microsoft.scope",
  permissions: "microsoft.permissions",
  consented: "microsoft.consented",
  manifest: "microsoft.manifest",
} as const;

/** A place in the guide where more is told. */
export const guide = (anchor: string): string => `docs/microsoft.md#${anchor}`;

/** What an error of Microsoft's means for a check that ran into it; null when it is none. */
export function microsoftTrouble(error: unknown): Outcome | null {
  if (error instanceof EntraUnavailable || error instanceof GraphUnavailable) {
    return unknown(
      error.message,
      "See whether this machine reaches Microsoft (proxy, firewall), and run the doctor again.",
    );
  }
  if (error instanceof EntraRefused) return unknown(error.message, "Run the doctor again.");
  if (error instanceof GraphRefused) {
    if (error.status === 401) {
      return unknown(
        "Graph does not take the token: it has ended, or is for another service.",
        `Put a new one for Microsoft Graph into ${TOKEN_VARIABLE}.`,
      );
    }
    return unknown(
      `${error.message} The token may not read this.`,
      `Put an admin's token for Microsoft Graph with ${READER_PERMISSION} into ${TOKEN_VARIABLE}.`,
    );
  }
  if (error instanceof z.core.$ZodError) {
    return unknown("Microsoft's answer is not of the published form.", "Update Trunkline, and run the doctor again.");
  }
  return null;
}

/** A fact, or null where Microsoft does not tell it: a check of its own says why. */
export async function readable<Fact>(fact: Promise<Fact>): Promise<Fact | null> {
  try {
    return await fact;
  } catch (error) {
    if (microsoftTrouble(error) === null) throw error;
    return null;
  }
}
