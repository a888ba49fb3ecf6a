import { CONSENT_STATES, type ConsentState } from "@trunkline/protocol";
import { type EntraError, entraError } from "./entra-errors.ts";
import { NEXT_STEPS, type NextStep } from "./next-steps.ts";

/*
 * Where a Microsoft 365 tenant, one of its users or a team stands with what the app was granted. Pure: what is wanted,
 * what is held and what Entra last said go in; a state per feature, what is missing and the next step come out.
 */

/** One permission that a feature needs. `rsc`: granted for one team when the app is installed there. */
export interface WantedPermission {
  readonly name: string;
  readonly kind: "delegated" | "application" | "rsc";
  /** Whether Microsoft asks for an administrator whatever the tenant's policy says. */
  readonly adminConsent: boolean;
  /** Whether an administrator of apps alone cannot grant it: what the app does in its own name in Graph. */
  readonly beyondAppAdmin: boolean;
}

/**
 * Who looks at the page, as far as is known. `app_admin` administers apps, and grants all but what they do in their own
 * name in Graph; a guest never grants for the tenant that invited them.
 */
export type ConsentActor = "admin" | "app_admin" | "may_consent" | "may_not" | "guest" | "unknown";

/** The app as it is installed in the team in question. */
export interface TeamInstallation {
  readonly manifestVersion: string;
  /** Names of the resource-specific permissions that hold there. */
  readonly granted: readonly string[];
}

export interface ConsentFacts {
  readonly features: readonly { readonly feature: string; readonly permissions: readonly WantedPermission[] }[];
  /** Names that hold now, by kind; `delegated` joins what holds for everybody with what this user granted. */
  readonly granted: { readonly delegated: readonly string[]; readonly application: readonly string[] };
  /** The same as it once was, to tell what was taken back from what was never given. */
  readonly heldBefore: { readonly delegated: readonly string[]; readonly application: readonly string[] };
  readonly actor: ConsentActor;
  /** AADSTS numbers that came since the last success, in any order. */
  readonly errors: readonly number[];
  readonly rsc: { readonly manifestVersion: string; readonly team: TeamInstallation | null };
  /** When the user's connection ends if nothing renews it, in milliseconds; `null` when that is not known. */
  readonly connectionEndsAt: number | null;
}

/** Where one feature stands. */
export interface FeatureConsent {
  readonly feature: string;
  readonly state: ConsentState;
  readonly missing: readonly WantedPermission[];
  readonly next: NextStep;
}

export interface Consent {
  /** The worst of the features'; `granted` without any. */
  readonly state: ConsentState;
  readonly next: NextStep;
  readonly features: readonly FeatureConsent[];
}

interface Finding {
  readonly state: ConsentState;
  readonly next: NextStep;
}

const FINE: Finding = { state: "granted", next: "nothing" };
const STEPS = Object.keys(NEXT_STEPS);

/** Says where everything stands at `now` (milliseconds). The order of errors and permissions does not matter. */
export function consentState(facts: ConsentFacts, now: number): Consent {
  const errors = facts.errors.map(entraError);
  const features = facts.features.map(({ feature, permissions }): FeatureConsent => {
    const missing = permissions.filter((permission) => !isGranted(permission, facts));
    const ofPerson = permissions.some(({ kind }) => kind === "delegated");
    const findings = [
      ...errors.flatMap((error) => (error.kind === "blocked" && (ofPerson || error.of === "app") ? [error] : [])),
      ...(ofPerson && facts.connectionEndsAt !== null && facts.connectionEndsAt <= now ? [ENDED] : []),
      ...missing.map((permission) => judge(permission, facts, errors)),
    ];
    return { feature, missing, ...worst(findings) };
  });
  return { ...worst(features), features };
}

const ENDED: Finding = { state: "expired", next: "sign_in" };

function isGranted({ name, kind }: WantedPermission, { granted, rsc }: ConsentFacts): boolean {
  return (kind === "rsc" ? (rsc.team?.granted ?? []) : granted[kind]).includes(name);
}

function judge(permission: WantedPermission, facts: ConsentFacts, errors: readonly EntraError[]): Finding {
  const { kind, name } = permission;
  if (kind === "rsc") {
    if (facts.rsc.team === null) return { state: "can_grant", next: "install_in_team" };
    return facts.rsc.team.manifestVersion === facts.rsc.manifestVersion
      ? { state: "revoked", next: "update_in_team" }
      : { state: "rsc_stale", next: "update_in_team" };
  }
  const next = nextFor(permission, facts.actor, errors);
  if (facts.heldBefore[kind].includes(name)) return { state: "revoked", next };
  if (next !== "grant") return { state: "needs_admin", next };
  return { state: errors.some((error) => error.kind === "declined") ? "declined" : "can_grant", next };
}

function nextFor(
  { kind, adminConsent, beyondAppAdmin }: WantedPermission,
  actor: ConsentActor,
  errors: readonly EntraError[],
): NextStep {
  if (actor === "admin" || (actor === "app_admin" && !beyondAppAdmin)) return "grant";
  if (actor === "guest") return "ask_admin_as_guest";
  // Microsoft always asks an administrator for application permissions.
  if (actor === "app_admin" || actor === "may_not" || kind === "application" || adminConsent) return "ask_admin";
  // The page itself said so: the tenant's policy is narrower than was believed.
  return errors.some((error) => error.kind === "admin_only") ? "ask_admin" : "grant";
}

/** The worst finding; of equally bad ones the step that stands last in `NEXT_STEPS`, so that no order decides. */
function worst(findings: readonly Finding[]): Finding {
  const { state, next } = findings.reduce((a, b) => (badness(b) > badness(a) ? b : a), FINE);
  return { state, next };
}

function badness({ state, next }: Finding): number {
  return CONSENT_STATES.indexOf(state) * STEPS.length + STEPS.indexOf(next);
}
