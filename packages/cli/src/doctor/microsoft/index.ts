import type { Finding } from "../check.ts";
import { examine } from "../examine.ts";
import { CONSENT_CHECKS } from "./consent-checks.ts";
import { CREDENTIAL_CHECKS } from "./credential-checks.ts";
import { ENTRA_CHECKS, READING_CHECK } from "./entra-checks.ts";
import { type MicrosoftCheck, MicrosoftGround, microsoftTrouble } from "./ground.ts";
import { LICENCE_CHECKS } from "./licence-checks.ts";
import { MANIFEST_CHECKS } from "./manifest-checks.ts";
import { PERMISSION_CHECKS } from "./permission-checks.ts";
import { REGISTRATION_CHECKS } from "./registration-checks.ts";
import type { MicrosoftSubject } from "./subject.ts";

/** Everything that is looked at of Microsoft 365, in order. */
export const MICROSOFT_CHECKS: readonly MicrosoftCheck[] = [
  ...ENTRA_CHECKS,
  ...CREDENTIAL_CHECKS,
  READING_CHECK,
  ...REGISTRATION_CHECKS,
  ...PERMISSION_CHECKS,
  ...CONSENT_CHECKS,
  ...LICENCE_CHECKS,
  ...MANIFEST_CHECKS,
];

/** Looks at a gateway's registration in Microsoft Entra and at all that has to agree with it; nothing is changed. */
export function examineMicrosoft(subject: MicrosoftSubject, only?: readonly string[]): Promise<Finding[]> {
  const ground = new MicrosoftGround(subject);
  return examine({
    checks: MICROSOFT_CHECKS,
    ground,
    trouble: microsoftTrouble,
    ...(only === undefined ? {} : { only }),
  });
}
