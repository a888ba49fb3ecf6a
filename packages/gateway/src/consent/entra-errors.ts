import type { ConsentState } from "@trunkline/protocol";
import type { NextStep } from "./next-steps.ts";

/*
 * What Entra's error numbers (AADSTS…) mean for consent. Source: Microsoft Learn, "Microsoft Entra authentication and
 * authorization error codes". The numbers are diagnostics and may change, so an unknown one has an answer too.
 */

/** What one error number says. */
export type EntraError =
  /** Permissions are missing; who can grant them is told by the permissions and the actor, not by the number. */
  | { readonly kind: "missing" }
  /** This person was shown the page and said no. */
  | { readonly kind: "declined" }
  /** Only an administrator gets past the page, whatever the permissions alone would say. */
  | { readonly kind: "admin_only" }
  /** Something else is in the way. `person`: of this user's sign-in; `app`: of everything that the app does. */
  | {
      readonly kind: "blocked";
      readonly of: "person" | "app";
      readonly state: Extract<ConsentState, "reconnect" | "expired" | "revoked">;
      readonly next: NextStep;
    };

const person = (state: "reconnect" | "expired" | "revoked", next: NextStep): EntraError => ({
  kind: "blocked",
  of: "person",
  state,
  next,
});
const app = (next: NextStep): EntraError => ({ kind: "blocked", of: "app", state: "reconnect", next });

const MISSING: EntraError = { kind: "missing" };
const ADMIN_ONLY: EntraError = { kind: "admin_only" };
const REGISTRATION = app("fix_registration");
const CREDENTIAL = app("renew_credential");
const DISABLED_APP = app("enable_app");
const NO_SERVICE = app("get_service");
const SIGN_IN = person("reconnect", "sign_in");
const VERIFY = person("reconnect", "verify_identity");
const POLICY = person("reconnect", "meet_policy");
const ACCOUNT = person("reconnect", "use_work_account");
const EXPIRED = person("expired", "sign_in");
const WAIT = person("reconnect", "wait");

/** The numbers that are known. */
export const ENTRA_ERRORS: ReadonlyMap<number, EntraError> = new Map([
  [65001, MISSING],
  [65004, { kind: "declined" }],
  [90094, ADMIN_ONLY],
  [90095, ADMIN_ONLY],
  [90099, ADMIN_ONLY],
  [65005, REGISTRATION],
  [650056, REGISTRATION],
  [650057, REGISTRATION],
  [90008, REGISTRATION],
  [500113, REGISTRATION],
  [50011, REGISTRATION],
  [500011, REGISTRATION],
  [7000218, REGISTRATION],
  [9001023, REGISTRATION],
  [650052, NO_SERVICE],
  [650054, NO_SERVICE],
  [7000215, CREDENTIAL],
  [7000222, CREDENTIAL],
  [700027, CREDENTIAL],
  [7000112, DISABLED_APP],
  [70001, DISABLED_APP],
  [700016, app("check_tenant")],
  [7000229, app("check_tenant")],
  [50105, person("reconnect", "assign_user")],
  [50057, person("reconnect", "enable_user")],
  [50020, ACCOUNT],
  [50034, ACCOUNT],
  [50076, VERIFY],
  [50079, VERIFY],
  [50158, VERIFY],
  [53000, POLICY],
  [53001, POLICY],
  [53003, POLICY],
  [50058, SIGN_IN],
  [54005, SIGN_IN],
  [50013, SIGN_IN],
  [500133, SIGN_IN],
  [50173, person("revoked", "sign_in")],
  [70008, EXPIRED],
  [700082, EXPIRED],
  [700084, EXPIRED],
  [90055, WAIT],
  [50196, WAIT],
]);

/** What a number says; one that is not known asks for a fresh sign-in, which shows Entra's own words. */
export function entraError(code: number): EntraError {
  return ENTRA_ERRORS.get(code) ?? SIGN_IN;
}
