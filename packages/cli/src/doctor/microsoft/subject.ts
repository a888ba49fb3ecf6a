import type { Clock, MicrosoftCloud, MicrosoftRegistration } from "@trunkline/gateway";
import type { MicrosoftSettingValues } from "@trunkline/gateway/node";
import type { MicrosoftFeature } from "@trunkline/protocol/permissions";

/** What is examined: the settings of a gateway, and what is expected of its registration. */
export interface MicrosoftSubject {
  readonly settings: MicrosoftSettingValues;
  /** A registration that stands in no settings: the one that a simulated world gives its gateways. */
  readonly registration?: MicrosoftRegistration;
  /** Where Microsoft is, when the settings do not say: a simulated world. */
  readonly cloud?: MicrosoftCloud;
  /** Where browsers reach the gateway. */
  readonly publicUrl: string | null;
  /** Pages that sign people in by themselves. */
  readonly pages: readonly string[];
  /** Domain of the Teams tab. */
  readonly tabDomain: string | null;
  readonly features: readonly MicrosoftFeature[];
  /** Path of the Teams app's `manifest.json`. */
  readonly manifest: string | null;
  /** The Microsoft organisation that is looked at: its id or one of its domains. @default that of `graphToken` */
  readonly organisation: string | null;
  /** An admin's token for Microsoft Graph. Without it the gateway's own is used, which is rarely let see registrations. */
  readonly graphToken: string | null;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/** Remembers what `make` made, a failure too: a fact is looked up once, however many checks ask for it. */
export function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
