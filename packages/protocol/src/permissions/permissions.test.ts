import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  diffPermissions,
  FEATURE_PERMISSIONS,
  lintPermissions,
  MICROSOFT_FEATURES,
  type MicrosoftFeature,
  missingPermissions,
  type NamedPermission,
  PERMISSION_FACTS,
  PERMISSION_KINDS,
  PERMISSION_NAMES,
  PERMISSION_RESOURCES,
  permissionId,
  permissionVerdicts,
  plannedPermissions,
  planPermissions,
  verdictOn,
} from "../permissions.ts";
import { COVERED } from "./facts.ts";

/** What products like ours document that they ask for. */
const NAMED_ELSEWHERE = `User.Read User.Read.All User.ReadBasic.All User.ReadWrite.All Contacts.Read Group.ReadWrite.All
  TeamsActivity.Send CallRecord-PstnCalls.Read.All email offline_access openid profile Azure/user_impersonation
  Dataverse/user_impersonation TeamsTenantAdmin/user_impersonation ChannelSettings.Read.Group TeamsActivity.Send.Group
  TeamsTab.Create.Group TeamsActivity.Send.User Presence.Read.All Presence.ReadWrite.All Calendars.Read OnlineMeetings.Read
  OnlineMeetingRecording.Read.All OnlineMeetingTranscript.Read.All OnlineMeetingArtifact.Read.All Chat.Read Mail.Send
  Domain.Read.All Domain.ReadWrite.All`.split(/\s+/);

const features = fc.subarray([...MICROSOFT_FEATURES]);
const plain = (permissions: readonly NamedPermission[]) =>
  permissions.map(({ name, kind }) => `${kind} ${name}`).sort();
const planOf = (...some: MicrosoftFeature[]) => plain(plannedPermissions(planPermissions(some)));

describe("the catalogue", () => {
  test("has a verdict on every permission that such products name", () => {
    expect(NAMED_ELSEWHERE).toHaveLength(30);
    for (const name of NAMED_ELSEWHERE) expect(PERMISSION_NAMES).toContain(name);
    const of = (kind: string) =>
      permissionVerdicts()
        .flatMap(({ name, verdict }) => (verdict.kind === kind ? [name] : []))
        .sort();
    expect(of("replaced")).toEqual(
      [
        "Calendars.Read",
        "Chat.Read",
        "Group.ReadWrite.All",
        "TeamsActivity.Send",
        "User.ReadWrite.All",
        "email",
      ].sort(),
    );
    expect(of("never")).toEqual(["Azure/user_impersonation", "Domain.Read.All"]);
  });

  test("replaces a permission only by ones that are asked for", () => {
    for (const { verdict } of permissionVerdicts()) {
      if (verdict.kind !== "replaced") continue;
      for (const name of verdict.by) expect(verdictOn(name).kind).toBe("asked");
    }
  });

  test("names each permission of a feature once, with a GUID, a reason and what stops without it", () => {
    for (const feature of MICROSOFT_FEATURES) {
      const needed = FEATURE_PERMISSIONS[feature];
      expect(needed.length, feature).toBeGreaterThan(0);
      expect(new Set(plain(needed)).size, feature).toBe(needed.length);
      for (const permission of needed) {
        expect(permissionId(permission), permission.name).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect([permission.reason, permission.without].every((words) => /^[A-Z].{10,}\.$/.test(words))).toBe(true);
      }
    }
  });

  test("no GUID stands for two permissions", () => {
    const ids = PERMISSION_NAMES.flatMap((name) =>
      PERMISSION_KINDS.flatMap((kind) => permissionId({ name, kind }) ?? []),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("a plan", () => {
  test("asks for what its features need and no more", () => {
    expect(planOf("messaging")).toEqual([
      "delegated User.Read",
      "delegated offline_access",
      "delegated openid",
      "delegated profile",
    ]);
    expect(planOf("presence_read", "presence_write", "directory")).toEqual([
      "application Presence.ReadWrite.All",
      "application User.Read.All",
    ]);
    expect(planPermissions([])).toMatchObject({ features: [], adminConsent: false, delegated: [] });
    expect(planPermissions(["contact_sync", "channel_inbox"]).adminConsent).toBe(false);
    expect(planPermissions(["meeting_notes"]).adminConsent).toBe(true);
  });

  test("lets every feature work, and without any one of its permissions one does not", () => {
    fc.assert(
      fc.property(features, (some) => {
        const planned = plannedPermissions(planPermissions(some));
        const isWorking = (granted: readonly NamedPermission[]) =>
          some.every((feature) => missingPermissions(feature, granted).length === 0);
        expect(isWorking(planned)).toBe(true);
        for (const one of planned) expect(isWorking(planned.filter((other) => other !== one)), one.name).toBe(false);
      }),
    );
  });

  test("of two sets of features is that of both plans together, less what a wider permission includes", () => {
    fc.assert(
      fc.property(features, features, (one, two) => {
        const both = planPermissions([...one, ...two]);
        const union = [...plannedPermissions(planPermissions(one)), ...plannedPermissions(planPermissions(two))];
        const isIncluded = ({ name, kind }: NamedPermission) =>
          COVERED.some(
            ({ wider, narrower, kinds }) =>
              narrower === name &&
              kinds.includes(kind) &&
              union.some((held) => held.name === wider && held.kind === kind),
          );
        const reduced = new Set(plain(union.filter((permission) => !isIncluded(permission))));
        expect(plain(plannedPermissions(both))).toEqual([...reduced].sort());
        expect(planPermissions([...two, ...one, ...one])).toEqual(both);
      }),
    );
  });

  test("a difference tells what needs consent from what does not", () => {
    const before = plannedPermissions(planPermissions(["directory", "mail"]));
    const after = plannedPermissions(planPermissions(["presence_read", "mail"]));
    expect(diffPermissions(before, after)).toEqual({
      added: [{ name: "Presence.Read.All", kind: "application" }],
      narrowed: [{ name: "User.ReadBasic.All", kind: "application" }],
      removed: [{ name: "User.Read.All", kind: "application" }],
    });
    expect(diffPermissions(after, after)).toEqual({ added: [], narrowed: [], removed: [] });
  });
});

describe("the linter", () => {
  test.each([
    ["UserReadWrite.All", "unknown", ["User.ReadWrite.All"]],
    ["Domain.Read", "unknown", ["Domain.Read.All"]],
    ["CallRecords-PstnCalls.Read.All", "unknown", ["CallRecord-PstnCalls.Read.All"]],
    ["user.read", "unknown", ["User.Read"]],
    ["Sites.FullControl.All", "unknown", []],
    ["Calendars.Read", "replaced", ["Calendars.ReadBasic"]],
    ["Azure/user_impersonation", "never", []],
  ])("%s is %s", (name, code, instead) => {
    expect(lintPermissions([name])).toMatchObject([{ name, code, instead }]);
  });

  test("finds a kind that Microsoft does not have, what another includes, and what no feature needs", () => {
    expect(lintPermissions([{ name: "offline_access", kind: "application" }])).toMatchObject([{ code: "wrong_kind" }]);
    expect(lintPermissions(["User.Read.All", "User.ReadBasic.All"])).toMatchObject([
      { name: "User.ReadBasic.All", code: "covered" },
    ]);
    expect(lintPermissions(["Mail.Send", "User.Read.All"], ["directory"])).toMatchObject([
      { name: "Mail.Send", code: "not_needed" },
    ]);
  });

  test("finds nothing in a plan", () => {
    fc.assert(
      fc.property(features, (some) => {
        expect(lintPermissions(plannedPermissions(planPermissions(some)), some)).toEqual([]);
      }),
    );
  });
});

describe("a release", () => {
  type Released = Record<MicrosoftFeature, string[]>;
  const released = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../test/released-permissions.json"), "utf8"),
  ) as Released;
  const root = join(import.meta.dirname, "../../../..");
  const changesets = join(root, ".changeset");
  const pages = [
    ...readdirSync(changesets).flatMap((name) => (name.endsWith(".md") ? [join(changesets, name)] : [])),
    join(root, "packages/protocol/CHANGELOG.md"),
  ];
  const changelog = pages.flatMap((page) => (existsSync(page) ? [readFileSync(page, "utf8")] : [])).join("\n");

  test("asks for what test/released-permissions.json says: a change of the catalogue is a change of that file", () => {
    for (const feature of MICROSOFT_FEATURES) {
      expect(released[feature], feature).toEqual(
        FEATURE_PERMISSIONS[feature].map(({ name, kind }) => `${kind} ${name}`),
      );
    }
    expect(Object.keys(released)).toEqual([...MICROSOFT_FEATURES]);
  });

  test("asks for nothing that no changeset and no changelog tells", () => {
    const untold = MICROSOFT_FEATURES.flatMap((feature) =>
      FEATURE_PERMISSIONS[feature]
        .map(({ name, kind }) => `\`${feature}\` asks for \`${name}\` (${kind})`)
        .filter((sentence) => !changelog.includes(sentence)),
    );
    expect(untold, "write these sentences into a changeset").toEqual([]);
  });
});

const contracts = process.env.TRUNKLINE_CONTRACTS ?? join(import.meta.dirname, "../../../../../shared/contracts");
const contractFile = join(contracts, "graph-permissions.json");
interface Published {
  permissions: Record<
    string,
    {
      kind: string;
      delegated?: { id: string | null; adminConsentRequired: boolean };
      application?: { id: string | null };
      operations?: Record<string, string[]>;
    }
  >;
}

test("names, GUIDs, consent and what includes what are as Microsoft publishes them", () => {
  if (!existsSync(contractFile)) {
    process.stdout.write(`permissions: no ${contractFile}, so its names and ids are not checked\n`);
    return;
  }
  const { permissions } = JSON.parse(readFileSync(contractFile, "utf8")) as Published;
  const ofGraph = PERMISSION_NAMES.filter((name) => PERMISSION_FACTS[name].resource === "graph");
  expect(ofGraph).toHaveLength(PERMISSION_NAMES.length - Object.keys(PERMISSION_RESOURCES).length + 1);
  for (const name of ofGraph) {
    const theirs = permissions[name];
    const isRsc = theirs?.kind === "RSC";
    const { delegated, application, rsc } = PERMISSION_FACTS[name];
    expect({ id: delegated?.id, admin: delegated?.adminConsent, app: application, rsc }, name).toEqual({
      id: theirs?.delegated?.id ?? undefined,
      admin: theirs?.delegated?.adminConsentRequired,
      app: isRsc ? undefined : (theirs?.application?.id ?? undefined),
      rsc: isRsc ? theirs.application?.id : undefined,
    });
  }
  for (const { wider, narrower, kinds } of COVERED) {
    for (const kind of kinds) {
      const how = kind === "delegated" ? "DelegatedWork" : "Application";
      const inner = permissions[narrower]?.operations?.[how] ?? [];
      expect(inner.length, narrower).toBeGreaterThan(0);
      expect(permissions[wider]?.operations?.[how], `${wider}, ${kind}`).toEqual(expect.arrayContaining(inner));
    }
  }
});
