import {
  FEATURE_PERMISSIONS,
  MICROSOFT_FEATURES,
  type MicrosoftFeature,
  missingPermissions,
  type NamedPermission,
  needsAdmin,
  PERMISSION_FACTS,
  PERMISSION_NAMES,
} from "@trunkline/protocol/permissions";
import { READER_PERMISSION, TOKEN_VARIABLE } from "../../microsoft/admin-token.ts";
import { broken, notChecked, notNeeded, type Outcome, ok, unknown } from "../check.ts";
import type { Application } from "./graph-facts.ts";
import { guide, ID, type MicrosoftCheck, type MicrosoftGround, readable } from "./ground.ts";
import { askedFor, inWords, SIGN_IN_SCOPES } from "./permission-checks.ts";

/* Whether what the features need was granted in the organisation. */

/** Permissions of the app itself: they stand in its own token. */
async function applicationHeld({ entra }: MicrosoftGround): Promise<NamedPermission[]> {
  const roles = (await entra.appToken())?.roles ?? [];
  return PERMISSION_NAMES.filter(
    (name) => PERMISSION_FACTS[name].application !== undefined && roles.includes(name),
  ).map((name) => ({ name, kind: "application" }));
}

/** What an admin granted for everybody; null when it cannot be read. */
async function delegatedHeld({ graph }: MicrosoftGround): Promise<readonly NamedPermission[] | null> {
  const reader = await graph.reader();
  if (!reader?.isOfOrganisation) return null;
  return readable(graph.grantedToEverybody());
}

/** The registration; null when it cannot be read, which another check tells. */
async function applicationOf({ graph }: MicrosoftGround): Promise<Application | null> {
  return (await graph.reader()) === null ? null : readable(graph.application());
}

function isUnregistered(application: Application | null, missing: readonly NamedPermission[]): boolean {
  if (application === null) return false;
  const { known } = askedFor(application);
  return missing.some(({ name, kind }) => !known.some((one) => one.name === name && one.kind === kind));
}

/** What a feature lacks, and what of it only an admin can grant. */
interface Lack {
  readonly missing: readonly NamedPermission[];
  readonly needed: readonly NamedPermission[];
  /** Of `needed`, what may be granted: nobody could read it. */
  readonly unread: readonly NamedPermission[];
}

const isAskedFor = ({ name, kind }: NamedPermission): boolean => kind !== "rsc" && !SIGN_IN_SCOPES.includes(name);

async function lackOf(feature: MicrosoftFeature, ground: MicrosoftGround): Promise<Lack> {
  const delegated = await delegatedHeld(ground);
  const held = [...(await applicationHeld(ground)), ...(delegated ?? [])];
  const missing = missingPermissions(feature, held).filter(isAskedFor);
  const needed = missing.filter((permission) => needsAdmin(permission));
  return { missing, needed, unread: needed.filter(({ kind }) => kind === "delegated" && delegated === null) };
}

const ADMIN_PAGE =
  "Let an admin of the organisation consent: send them the gateway's admin page. New roles take Microsoft some minutes.";

async function consentTo(feature: MicrosoftFeature, ground: MicrosoftGround): Promise<Outcome> {
  if (FEATURE_PERMISSIONS[feature].every(({ kind }) => kind === "rsc")) {
    return notNeeded("It is granted where the Teams app is installed, in each team or by each person.");
  }
  const { missing, needed, unread } = await lackOf(feature, ground);
  const application = await applicationOf(ground);
  if (isUnregistered(application, needed)) return notChecked(ID.permissions);
  if (needed.length > unread.length) {
    return broken(`Nobody has granted ${inWords(needed)} here, or it was taken back.`, ADMIN_PAGE);
  }
  if (unread.length > 0) {
    if (application === null) return notChecked(ID.graph);
    return unknown(
      `Whether ${inWords(unread)} is granted cannot be read.`,
      `Put a token of an admin of this organisation with ${READER_PERMISSION} into ${TOKEN_VARIABLE}.`,
    );
  }
  return ok(missing.length === 0 ? "Granted for everybody." : "People consent by themselves at their first sign-in.");
}

const anything: MicrosoftCheck = {
  id: ID.consented,
  about: "An admin of the organisation has consented.",
  needs: [ID.credential],
  link: guide("admin-page"),
  async run(ground) {
    const { features } = ground.subject;
    const wanted = features
      .flatMap((feature): readonly NamedPermission[] => FEATURE_PERMISSIONS[feature])
      .filter((permission) => isAskedFor(permission) && needsAdmin(permission));
    if (wanted.length === 0) return ok("No feature that is used needs an admin.");
    const lacks = await Promise.all(features.map((feature) => lackOf(feature, ground)));
    const isNothing =
      lacks.flatMap(({ needed }) => needed).length === wanted.length &&
      lacks.every(({ unread }) => unread.length === 0);
    if (!isNothing || isUnregistered(await applicationOf(ground), wanted)) return ok("Each feature tells for itself.");
    return broken("Nothing that needs an admin is granted here, or it all was taken back.", ADMIN_PAGE);
  },
};

/** One check for each feature of the catalogue. */
const eachFeature: readonly MicrosoftCheck[] = MICROSOFT_FEATURES.map((feature) => ({
  id: `microsoft.consent.${feature}`,
  about: `The organisation has consented to what ${feature} needs.`,
  needs: [ID.consented],
  link: guide("admin-page"),
  run: (ground) =>
    ground.subject.features.includes(feature) ? consentTo(feature, ground) : notNeeded("The feature is not used."),
}));

export const CONSENT_CHECKS: readonly MicrosoftCheck[] = [anything, ...eachFeature];
