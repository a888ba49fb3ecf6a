/* Registers `<trunkline-consent>`, apart from the inbox, which does without it. Twice on a page is harmless. */
import { TrunklineConsent } from "./elements/consent/consent.ts";
import { PREFIX, register } from "./shared/register.ts";

register(PREFIX, [TrunklineConsent]);

/** Registers it under another prefix, beside another version: `defineConsentAs("acme")` gives `<acme-consent>`. */
export function defineConsentAs(prefix: string): void {
  register(prefix, [TrunklineConsent]);
}

export { TrunklineConsent };
