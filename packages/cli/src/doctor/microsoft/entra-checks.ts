import { SettingRefused } from "@trunkline/gateway/node/settings";
import { TOKEN_VARIABLE } from "../../microsoft/admin-token.ts";
import { broken, notChecked, ok, unknown, warning } from "../check.ts";
import { AADSTS, says } from "./aadsts.ts";
import { guide, ID, type MicrosoftCheck, type MicrosoftGround } from "./ground.ts";

/* Whether Entra knows the gateway: settings, clock, organisation, registration. What it proves itself with is apart. */

/** Entra takes a certificate's signature within this time of its own clock, in milliseconds. Source: Microsoft Learn, "Access tokens". */
const TOLERATED_MS = 5 * 60_000;
const WORTH_TELLING_MS = 60_000;
const MINUTE_MS = 60_000;

const settings: MicrosoftCheck = {
  id: ID.settings,
  about: "The settings describe the gateway's app registration.",
  needs: [],
  link: guide("register-the-app"),
  run({ entra }) {
    try {
      const given = entra.given();
      if (given) return ok(`Registration ${given.clientId}.`);
    } catch (error) {
      if (!(error instanceof SettingRefused)) throw error;
      return broken(error.message, "Mend this setting; trunkline setup microsoft writes them all into gateway.env.");
    }
    return broken(
      "No setting names a registration: TRUNKLINE_MICROSOFT_CLIENT_ID is not set.",
      "Run trunkline setup microsoft, and give the doctor the settings of its gateway.env.",
    );
  },
};

const reachable: MicrosoftCheck = {
  id: ID.entra,
  about: "Entra answers.",
  needs: [ID.settings],
  link: guide("doctor"),
  async run({ entra }) {
    await entra.discovery();
    return ok(entra.cloud.authority);
  },
};

const clock: MicrosoftCheck = {
  id: ID.clock,
  about: "This machine's clock agrees with Microsoft's.",
  needs: [ID.entra],
  link: guide("doctor"),
  async run({ entra }) {
    const { aheadMs } = await entra.discovery();
    if (aheadMs === null) return ok("Entra does not tell the time.");
    const apart = Math.abs(aheadMs);
    if (apart < WORTH_TELLING_MS) return ok("They agree to the minute.");
    const seen = `${Math.round(apart / 1000)} seconds ${aheadMs > 0 ? "behind" : "ahead of"} Entra.`;
    const remedy = "Let the machine's clock follow a time server (NTP).";
    const isTolerated = apart < TOLERATED_MS;
    return isTolerated
      ? warning(seen, remedy)
      : broken(`${Math.round(apart / MINUTE_MS)} minutes off: ${seen}`, remedy);
  },
};

const organisation: MicrosoftCheck = {
  id: ID.organisation,
  about: "The Microsoft organisation exists.",
  needs: [ID.entra],
  link: guide("doctor"),
  async run({ entra }) {
    if (entra.organisation === null) {
      return unknown(
        "Nobody said which organisation is to be looked at.",
        `Name it: --microsoft-tenant with its id or domain, or an admin's token in ${TOKEN_VARIABLE}.`,
      );
    }
    const { tenantId, refused } = await entra.discovery();
    if (tenantId !== null) return ok(tenantId);
    if (refused === null) return unknown("Entra does not tell its id.", "Name the organisation by its id.");
    if (refused.code === null || !says([refused.code], AADSTS.noTenant)) return unknown(refused.text, "Run it again.");
    return broken(
      `Entra knows no organisation ${entra.organisation} in this cloud.`,
      "Take the tenant id from Entra's overview page, and look whether TRUNKLINE_MICROSOFT_CLOUD is right.",
    );
  },
};

/** Whether an admin's token finds the registration, where Entra says that the organisation has none. */
async function isElsewhere({ subject, graph }: MicrosoftGround): Promise<boolean> {
  return subject.graphToken !== null && (await graph.application()) !== null;
}

const registration: MicrosoftCheck = {
  id: ID.registration,
  about: "Entra knows the client id.",
  needs: [ID.organisation, ID.clock],
  link: guide("register-the-app"),
  async run(ground) {
    const { entra } = ground;
    const { clientId } = entra.registration;
    if (!says(await entra.refusals(), AADSTS.noApp) || (await isElsewhere(ground))) return ok(clientId);
    return broken(
      `Entra knows no app ${clientId} in this organisation.`,
      "Compare TRUNKLINE_MICROSOFT_CLIENT_ID with the registration's application (client) id. If it is right, an admin of this organisation has not consented yet: send them the gateway's admin page.",
    );
  },
};

const installed: MicrosoftCheck = {
  id: ID.installed,
  about: "Somebody of the organisation has consented to the app.",
  needs: [ID.registration],
  link: guide("admin-page"),
  async run({ entra }) {
    const codes = await entra.refusals();
    if (!says(codes, AADSTS.noPrincipal) && !says(codes, AADSTS.noApp)) return ok("The app is in the organisation.");
    return broken(
      "The app is registered, and not in this organisation: nobody has consented to it here.",
      "Let an admin of this organisation consent: send them the gateway's admin page. Consent of another organisation counts there alone.",
    );
  },
};

const enabled: MicrosoftCheck = {
  id: ID.enabled,
  about: "The app is switched on in the organisation.",
  needs: [ID.installed],
  link: guide("doctor"),
  async run({ entra }) {
    if (!says(await entra.refusals(), AADSTS.disabled)) return ok("It is on.");
    return broken(
      "An admin has switched the app off: nobody signs in with it.",
      "In Entra, Enterprise applications, Properties: enable the app for users to sign in.",
    );
  },
};

const readable: MicrosoftCheck = {
  id: ID.graph,
  about: "The registration can be read.",
  needs: [ID.registration],
  link: guide("doctor"),
  async run({ entra, graph: facts }) {
    const reader = await facts.reader();
    if (reader === null) return notChecked(whyNotIn(await entra.refusals()));
    const application = await facts.application();
    if (application !== null) return ok(`With the ${reader.whose}'s token.`);
    const home = (await facts.principal())?.appOwnerOrganizationId;
    return unknown(
      `The token's organisation does not have this registration${home ? `: it is in ${home}` : ""}.`,
      `Put a token of an admin of the registration's own organisation into ${TOKEN_VARIABLE}.`,
    );
  },
};

function whyNotIn(codes: readonly number[]): string {
  if (says(codes, [...AADSTS.noPrincipal, ...AADSTS.noApp])) return ID.installed;
  return says(codes, AADSTS.disabled) ? ID.enabled : ID.credential;
}

export const ENTRA_CHECKS: readonly MicrosoftCheck[] = [
  settings,
  reachable,
  clock,
  organisation,
  registration,
  installed,
  enabled,
];

/** Comes after the credentials, which it stands on where there is no admin's token. */
export const READING_CHECK = readable;
