import { CONSENT_STATES } from "@trunkline/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ENTRA_ERRORS } from "./entra-errors.ts";
import { NEXT_STEPS } from "./next-steps.ts";
import { type ConsentFacts, consentState, type WantedPermission } from "./state.ts";

const NOW = Date.parse("2026-11-22T12:00Z");
const contacts: WantedPermission = {
  name: "Contacts.Read",
  kind: "delegated",
  adminConsent: false,
  beyondAppAdmin: false,
};
const users: WantedPermission = { name: "User.Read.All", kind: "delegated", adminConsent: true, beyondAppAdmin: false };
const presence: WantedPermission = {
  name: "Presence.ReadWrite.All",
  kind: "application",
  adminConsent: true,
  beyondAppAdmin: true,
};
const tab: WantedPermission = {
  name: "TeamsTab.Create.Group",
  kind: "rsc",
  adminConsent: false,
  beyondAppAdmin: false,
};

const nothing: ConsentFacts = {
  features: [{ feature: "contact_sync", permissions: [contacts] }],
  granted: { delegated: [], application: [] },
  heldBefore: { delegated: [], application: [] },
  actor: "unknown",
  errors: [],
  rsc: { manifestVersion: "2.0.0", team: null },
  connectionEndsAt: null,
};
const held = { delegated: [contacts.name, users.name], application: [presence.name] };
const wanting = (...permissions: WantedPermission[]) => ({ features: [{ feature: "one", permissions }] });
const look = (facts: Partial<ConsentFacts>) => {
  const { state, next } = consentState({ ...nothing, ...facts }, NOW);
  return [state, next];
};

test("the three situations: granted already, this person can grant, an admin must", () => {
  expect(look({ granted: held, errors: [65001] })).toEqual(["granted", "nothing"]);
  expect(look({ actor: "may_consent", errors: [65001] })).toEqual(["can_grant", "grant"]);
  expect(look({ actor: "may_not", errors: [65001] })).toEqual(["needs_admin", "ask_admin"]);
  expect(look({ ...wanting(users), actor: "may_consent" })).toEqual(["needs_admin", "ask_admin"]);
  expect(look({ ...wanting(users, presence), actor: "admin" })).toEqual(["can_grant", "grant"]);
  expect(look({ actor: "guest" })).toEqual(["needs_admin", "ask_admin_as_guest"]);
});

test("an administrator of apps grants all but what the app does in its own name in Graph", () => {
  expect(look({ ...wanting(users), actor: "app_admin", errors: [90094] })).toEqual(["can_grant", "grant"]);
  expect(look({ ...wanting(users, presence), actor: "app_admin" })).toEqual(["needs_admin", "ask_admin"]);
});

test("a page that asks for an admin overrules what was believed of a user, not of an admin", () => {
  for (const code of [90094, 90095, 90099]) {
    expect(look({ actor: "may_consent", errors: [code] })).toEqual(["needs_admin", "ask_admin"]);
    expect(look({ actor: "admin", errors: [code] })).toEqual(["can_grant", "grant"]);
  }
});

test("who declined may try again, and what was taken back is told from what was never given", () => {
  expect(look({ actor: "may_consent", errors: [65004] })).toEqual(["declined", "grant"]);
  expect(look({ actor: "may_not", heldBefore: held })).toEqual(["revoked", "ask_admin"]);
  expect(look({ actor: "admin", heldBefore: held })).toEqual(["revoked", "grant"]);
});

test("a new permission leaves the features alone that do not need it", () => {
  const features = [
    { feature: "contact_sync", permissions: [contacts] },
    { feature: "presence_write", permissions: [presence] },
  ];
  const consent = consentState({ ...nothing, features, granted: { ...held, application: [] } }, NOW);
  expect(consent.features.map(({ state }) => state)).toEqual(["granted", "needs_admin"]);
  expect(consent.features[1]?.missing).toEqual([presence]);
  expect(consent.state).toBe("needs_admin");
});

test("a connection that ended stops what is done in the user's name only", () => {
  expect(look({ granted: held, connectionEndsAt: NOW })).toEqual(["expired", "sign_in"]);
  expect(look({ granted: held, connectionEndsAt: NOW + 1 })).toEqual(["granted", "nothing"]);
  expect(look({ ...wanting(presence), granted: held, connectionEndsAt: 0, errors: [50173] })[0]).toBe("granted");
  expect(look({ ...wanting(presence), granted: held, errors: [7000222] })).toEqual(["reconnect", "renew_credential"]);
});

test("a team gets permissions by installing the app, and new ones by updating it", () => {
  const team = (manifestVersion: string, granted: string[]) =>
    look({ ...wanting(tab), rsc: { manifestVersion: "2.0.0", team: { manifestVersion, granted } } });
  expect(look(wanting(tab))).toEqual(["can_grant", "install_in_team"]);
  expect(team("1.9.0", [])).toEqual(["rsc_stale", "update_in_team"]);
  expect(team("2.0.0", [])).toEqual(["revoked", "update_in_team"]);
  expect(team("1.9.0", [tab.name])).toEqual(["granted", "nothing"]);
});

test.each([
  ["wrong tenant", 700016, "reconnect", "check_tenant"],
  ["account of another tenant", 50020, "reconnect", "use_work_account"],
  ["unknown user", 50034, "reconnect", "use_work_account"],
  ["disabled user", 50057, "reconnect", "enable_user"],
  ["user not assigned", 50105, "reconnect", "assign_user"],
  ["second factor", 50076, "reconnect", "verify_identity"],
  ["conditional access", 53003, "reconnect", "meet_policy"],
  ["revoked while running", 50173, "revoked", "sign_in"],
  ["refresh token inactive", 700082, "expired", "sign_in"],
  ["secret expired", 7000222, "reconnect", "renew_credential"],
  ["reply address", 50011, "reconnect", "fix_registration"],
  ["no subscription", 650052, "reconnect", "get_service"],
  ["app disabled", 7000112, "reconnect", "enable_app"],
  ["throttled", 90055, "reconnect", "wait"],
  ["a number that nobody knows", 123456, "reconnect", "sign_in"],
])("%s (%i): a named state with its remedy", (_, code, state, next) => {
  expect(look({ granted: held, errors: [code] })).toEqual([state, next]);
});

const permission = fc.constantFrom(contacts, users, presence, tab);
const names = fc.subarray([contacts.name, users.name, presence.name]);
const anyFacts: fc.Arbitrary<ConsentFacts> = fc.record({
  features: fc.array(fc.record({ feature: fc.constantFrom("a", "b"), permissions: fc.uniqueArray(permission) }), {
    maxLength: 4,
  }),
  granted: fc.record({ delegated: names, application: names }),
  heldBefore: fc.record({ delegated: names, application: names }),
  actor: fc.constantFrom("admin", "app_admin", "may_consent", "may_not", "guest", "unknown"),
  errors: fc.array(fc.constantFrom(...ENTRA_ERRORS.keys(), 1), { maxLength: 4 }),
  rsc: fc.record({
    manifestVersion: fc.constantFrom("1", "2"),
    team: fc.option(fc.record({ manifestVersion: fc.constantFrom("1", "2"), granted: fc.subarray([tab.name]) })),
  }),
  connectionEndsAt: fc.option(fc.constantFrom(NOW - 1, NOW + 1)),
});

test("what is granted never makes anything worse", () => {
  const rank = (facts: ConsentFacts) => {
    const { state, features } = consentState(facts, NOW);
    return [state, ...features.map((feature) => feature.state)].map((each) => CONSENT_STATES.indexOf(each));
  };
  fc.assert(
    fc.property(anyFacts, permission, (facts, { kind, name }) => {
      const { granted, rsc } = facts;
      const more: ConsentFacts =
        kind === "rsc"
          ? { ...facts, rsc: { ...rsc, team: { manifestVersion: rsc.manifestVersion, granted: [name] } } }
          : { ...facts, granted: { ...granted, [kind]: [...granted[kind], name] } };
      const before = rank(facts);
      rank(more).forEach((each, index) => {
        expect(each).toBeLessThanOrEqual(before[index] ?? -1);
      });
    }),
  );
});

test("nobody is sent to an admin for what they could grant, nor told of a grant where something is missing", () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      for (const { state, missing, next } of consentState(facts, NOW).features) {
        if (facts.actor === "admin") expect(state).not.toBe("needs_admin");
        if (state === "needs_admin" && (facts.actor === "may_consent" || facts.actor === "unknown")) {
          const pageSaidSo = facts.errors.some((code) => [90094, 90095, 90099].includes(code));
          expect(pageSaidSo || missing.some(({ adminConsent }) => adminConsent)).toBe(true);
        }
        if (state === "granted") expect(missing).toEqual([]);
        expect(state === "granted").toBe(next === "nothing");
        expect(NEXT_STEPS[next].words).toMatch(/\.$/);
      }
    }),
  );
});

test("neither the order of errors and permissions nor their repetition matters", () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const turned: ConsentFacts = {
        ...facts,
        errors: [...facts.errors.toReversed(), ...facts.errors],
        features: facts.features.map(({ feature, permissions }) => ({
          feature,
          permissions: permissions.toReversed(),
        })),
      };
      const short = ({ state, next, features }: ReturnType<typeof consentState>) => [
        state,
        next,
        features.map((each) => [each.state, each.next]),
      ];
      expect(short(consentState(turned, NOW))).toEqual(short(consentState(facts, NOW)));
    }),
  );
});
