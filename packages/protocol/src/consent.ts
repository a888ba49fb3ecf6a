import * as z from "zod/mini";
import type { UserId } from "./ids.ts";
import { MICROSOFT_FEATURES, PERMISSION_KINDS } from "./permissions/names.ts";
import { timestamp } from "./schema.ts";

/* What a Microsoft 365 tenant and its people have granted. Whether a phone's owner agreed to texts is `opt-ins.ts`. */

/** From the best to the worst: what is granted never moves a feature down this list. A newer gateway may send others. */
export const CONSENT_STATES = [
  "granted",
  "can_grant",
  "declined",
  "rsc_stale",
  "needs_admin",
  "revoked",
  "expired",
  "reconnect",
] as const;
export type ConsentState = (typeof CONSENT_STATES)[number];

/** Who takes the next step: the person at the page, an administrator, the team's owner, or whoever runs the gateway. */
export const CONSENT_DOERS = ["nobody", "user", "admin", "team_owner", "operator"] as const;

/** What to do next: a code to branch on, who does it, and words to show. */
export const ConsentStep = z.object({ code: z.string(), who: z.enum(CONSENT_DOERS), words: z.string() });
export type ConsentStep = z.infer<typeof ConsentStep>;

const feature = z.enum(MICROSOFT_FEATURES);

/** Where one feature stands, with what is missing for it and why it is wanted. */
export const FeatureConsent = z.object({
  feature,
  state: z.enum(CONSENT_STATES),
  missing: z.array(
    z.object({ name: z.string(), kind: z.enum(PERMISSION_KINDS), adminConsent: z.boolean(), reason: z.string() }),
  ),
  next: ConsentStep,
});
export type FeatureConsent = z.infer<typeof FeatureConsent>;

/** The Microsoft 365 tenant that a tenant of the gateway is connected to. */
export const MicrosoftTenant = z.object({
  microsoftTenantId: z.guid(),
  name: z.nullable(z.string()),
  /** `suspended`: nobody signs in by it and nothing is done in it until it is taken up again. */
  state: z.enum(["connected", "suspended"]),
  connectedAt: timestamp,
  checkedAt: timestamp,
});
export type MicrosoftTenant = z.infer<typeof MicrosoftTenant>;

/** The Microsoft account that a user is connected with; `endsAt` is null while it renews itself. */
export const MicrosoftConnection = z.object({
  account: z.object({ objectId: z.guid(), name: z.string() }),
  connectedAt: timestamp,
  endsAt: z.nullable(timestamp),
});
export type MicrosoftConnection = z.infer<typeof MicrosoftConnection>;

/** Where the asker's tenant and, for a session, the asker stand with Microsoft 365. */
export const Consent = z.object({
  /** The worst of the features'. */
  state: z.enum(CONSENT_STATES),
  next: ConsentStep,
  features: z.array(FeatureConsent),
  tenant: z.nullable(MicrosoftTenant),
  /** Null for a key, and for a user who has not connected. */
  connection: z.nullable(MicrosoftConnection),
});
export type Consent = z.infer<typeof Consent>;

const features = z.optional(z.array(feature).check(z.minLength(1), z.maxLength(MICROSOFT_FEATURES.length)));

/** Asks for a page of Microsoft's on which the asker connects; without `features`, for all that the tenant has. */
export const ConnectMicrosoft = z.strictObject({
  features,
  /** Where the browser goes at the end: an address of an allowed origin, or of the tenant's app. Without it a page says that all is done. */
  returnTo: z.optional(z.url({ protocol: /^https?$/, error: "must be an http(s) address" }).check(z.maxLength(2000))),
});
export type ConnectMicrosoft = z.infer<typeof ConnectMicrosoft>;

/** The page to open, within ten minutes. */
export const ConnectLink = z.object({ url: z.string(), expiresAt: timestamp });
export type ConnectLink = z.infer<typeof ConnectLink>;

export const RequestAdmin = z.strictObject({ features });
export type RequestAdmin = z.infer<typeof RequestAdmin>;

/** A page for an administrator, and words to send it with. */
export const AdminRequest = z.object({ url: z.string(), text: z.string(), expiresAt: timestamp });
export type AdminRequest = z.infer<typeof AdminRequest>;

/** `user`: the asker's own account; `tenant`: the whole organisation, which needs the right `tenant.write`. */
export const DisconnectMicrosoft = z.strictObject({ of: z.enum(["user", "tenant"]) });
export type DisconnectMicrosoft = z.infer<typeof DisconnectMicrosoft>;

/** Body of `consent.changed`: read `GET /v1/consent` again. `userId` is null when it concerns the whole tenant. */
export interface ConsentChange {
  userId: UserId | null;
}

/** Body of `credential.expiring`: a secret or certificate of the gateway's app registration ends soon. */
export interface CredentialExpiry {
  /** The registration's `keyId`. */
  credentialId: string;
  kind: "certificate" | "secret";
  /** The threshold that was passed, in days. */
  days: 60 | 30 | 7 | 1;
  expiresAt: string;
  /** Another credential works on after this one has ended. */
  replaced: boolean;
}
