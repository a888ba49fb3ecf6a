import {
  missingPermissions,
  type NamedPermission,
  PERMISSION_NAMES,
  permissionId,
  plannedPermissions,
  planPermissions,
} from "@trunkline/protocol/permissions";
import { broken, ok, warning } from "../check.ts";
import type { Application } from "./graph-facts.ts";
import { guide, ID, type MicrosoftCheck, type MicrosoftGround, theApplication } from "./ground.ts";

/* Whether the registration asks for what the features need, and for no more. */

/** Every sign-in has these: they need not stand in a registration, and nobody is asked for them. */
export const SIGN_IN_SCOPES: readonly string[] = ["openid", "profile", "email", "offline_access"];

/** What the registration asks for, as names of the catalogue; what the catalogue does not know as its id. */
export function askedFor({ requiredResourceAccess }: Application): { known: NamedPermission[]; others: string[] } {
  const ids = requiredResourceAccess.flatMap(({ resourceAccess }) => resourceAccess);
  const known = (["delegated", "application"] as const).flatMap((kind) =>
    PERMISSION_NAMES.filter((name) => {
      const own = permissionId({ name, kind });
      return ids.some(({ id, type }) => id === own && type === (kind === "delegated" ? "Scope" : "Role"));
    }).map((name): NamedPermission => ({ name, kind })),
  );
  const names = new Set(known.map((permission) => permissionId(permission)));
  return { known, others: ids.map(({ id }) => id).filter((id) => !names.has(id)) };
}

const wantedOf = ({ subject }: MicrosoftGround): NamedPermission[] =>
  plannedPermissions(planPermissions(subject.features)).filter(
    ({ name, kind }) => kind !== "rsc" && !SIGN_IN_SCOPES.includes(name),
  );

const isAmong = (all: readonly NamedPermission[], { name, kind }: NamedPermission): boolean =>
  all.some((one) => one.name === name && one.kind === kind);

export const inWords = (all: readonly NamedPermission[]): string =>
  all.map(({ name, kind }) => `${name} (${kind})`).join(", ");

const permissions: MicrosoftCheck = {
  id: ID.permissions,
  about: "The registration asks for every permission that the features need.",
  needs: [ID.graph],
  link: guide("register-the-app"),
  async run(ground) {
    const { known } = askedFor(await theApplication(ground));
    const wanted = wantedOf(ground);
    // What a wider one includes is not missing, only asked for too widely.
    const lacking = ground.subject.features.flatMap((feature) => missingPermissions(feature, known));
    const missing = wanted.filter((permission) => isAmong(lacking, permission));
    if (missing.length === 0) return ok(`All ${wanted.length}.`);
    return broken(
      `Missing: ${inWords(missing)}.`,
      "Add them under API permissions, and let an admin consent again; trunkline permissions says what each is for.",
    );
  },
};

const extra: MicrosoftCheck = {
  id: "microsoft.permissions_extra",
  about: "The registration asks for no more than the features need.",
  needs: [ID.permissions],
  link: guide("register-the-app"),
  async run(ground) {
    const { known, others } = askedFor(await theApplication(ground));
    const wanted = wantedOf(ground);
    const more = known.filter((one) => !SIGN_IN_SCOPES.includes(one.name) && !isAmong(wanted, one));
    if (more.length + others.length === 0) return ok("Nothing more.");
    return warning(
      `Not needed for ${ground.subject.features.join(", ")}: ${[inWords(more), ...others].filter(Boolean).join(", ")}.`,
      "Take them out under API permissions, or name all features that are used with --features.",
    );
  },
};

export const PERMISSION_CHECKS: readonly MicrosoftCheck[] = [permissions, extra];
