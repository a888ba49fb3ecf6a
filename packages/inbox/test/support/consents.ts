import type { Consent } from "@trunkline/sdk";

type State = Consent["state"];
type Feature = Consent["features"][number];

const AT = "2026-11-02T09:00:00.000Z";
const STEPS = {
  nothing: { code: "nothing", who: "nobody", words: "Nothing is left to do." },
  grant: { code: "grant", who: "user", words: "Open Microsoft's page and accept what it asks for." },
  sign_in: { code: "sign_in", who: "user", words: "Sign in to Microsoft again." },
  ask_admin: {
    code: "ask_admin",
    who: "admin",
    words: "Send the link to an administrator of your organisation, who approves the app.",
  },
  meet_policy: {
    code: "meet_policy",
    who: "admin",
    words: "Your organisation's rules stop this sign-in. Use a device that they allow, or ask an administrator.",
  },
  update_in_team: {
    code: "update_in_team",
    who: "team_owner",
    words: "An owner of the team updates the app there and accepts what is new.",
  },
  renew_credential: {
    code: "renew_credential",
    who: "operator",
    words: "Whoever runs the gateway gives it a valid secret or certificate.",
  },
} as const satisfies Record<string, Consent["next"]>;

const MESSAGING: Feature["missing"] = [
  {
    name: "User.Read",
    kind: "delegated",
    adminConsent: false,
    reason: "Reads the signed-in person's own name, address and Teams licences.",
  },
];
const DIRECTORY: Feature["missing"] = [
  {
    name: "User.Read.All",
    kind: "application",
    adminConsent: true,
    reason: "Follows colleagues' names, phone numbers and licences as they change.",
  },
];

const feature = (
  name: Feature["feature"],
  state: State,
  step: keyof typeof STEPS,
  missing: Feature["missing"] = [],
): Feature => ({ feature: name, state, missing, next: STEPS[step] });

const TENANT: Consent["tenant"] = {
  microsoftTenantId: "11111111-2222-4333-8444-555555555555",
  name: "Northwind Traders",
  state: "connected",
  connectedAt: AT,
  checkedAt: AT,
};
const CONNECTION: Consent["connection"] = {
  account: { objectId: "aaaaaaaa-2222-4333-8444-555555555555", name: "Ada Okafor" },
  connectedAt: AT,
  endsAt: null,
};

const consent = (features: readonly Feature[], given: Partial<Consent> = {}): Consent => {
  const worst = features.find(({ state }) => state !== "granted") ?? features[0];
  return {
    state: worst?.state ?? "granted",
    next: worst?.next ?? STEPS.nothing,
    features: [...features],
    tenant: TENANT,
    connection: CONNECTION,
    ...given,
  };
};

const works = feature("messaging", "granted", "nothing");

/** Where somebody can stand, by what a reader would call it. */
export const CONSENTS = {
  granted: consent([works, feature("contact_sync", "granted", "nothing")]),
  first: consent([feature("messaging", "can_grant", "grant", MESSAGING)], { tenant: null, connection: null }),
  declined: consent([feature("messaging", "declined", "grant", MESSAGING)], { connection: null }),
  needsAdmin: consent([
    feature("directory", "needs_admin", "ask_admin", DIRECTORY),
    feature("presence_read", "needs_admin", "ask_admin", DIRECTORY),
  ]),
  more: consent([works, feature("directory", "needs_admin", "ask_admin", DIRECTORY)]),
  revoked: consent([feature("messaging", "revoked", "grant", MESSAGING)]),
  expired: consent([feature("messaging", "expired", "sign_in")]),
  policy: consent([feature("messaging", "reconnect", "meet_policy")]),
  operator: consent([works, feature("directory", "reconnect", "renew_credential")]),
  team: consent([works, feature("channel_inbox", "rsc_stale", "update_in_team")]),
  suspended: consent([works], { tenant: TENANT && { ...TENANT, state: "suspended" } }),
  nothing: consent([], { tenant: null, connection: null }),
} as const satisfies Record<string, Consent>;
