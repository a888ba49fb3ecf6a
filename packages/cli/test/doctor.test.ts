import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MICROSOFT_FEATURES } from "@trunkline/protocol/permissions";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Finding } from "../src/doctor/check.ts";
import { examineMicrosoft, MICROSOFT_CHECKS } from "../src/doctor/microsoft/index.ts";
import { BROKEN_SET_UPS } from "./support/broken-set-ups.ts";
import { FEATURES, type MicrosoftStage, microsoftStage, type Pair } from "./support/microsoft-set-up.ts";
import { trunkline } from "./support/program.ts";

/* The doctor at a simulated Entra ID over https and a simulated Graph over http, with registrations that setup made. */

let stage: MicrosoftStage;
let pairs: Record<"good" | "ended" | "unknown", Pair>;
beforeAll(async () => {
  stage = await microsoftStage();
  pairs = {
    good: await stage.newPair(365),
    ended: await stage.newPair(30, 31),
    unknown: await stage.newPair(365),
  };
});
afterAll(() => stage.close());

const named = (findings: readonly Finding[]) =>
  findings.flatMap(({ id, status }) => (["broken", "warning", "unknown"].includes(status) ? [`${status} ${id}`] : []));

test("a set-up that setup made and an admin consented to has nothing wrong in it, and nothing is left out", async () => {
  const { subject } = await stage.setUp(pairs.good);
  const findings = await examineMicrosoft(subject);
  expect(named(findings)).toEqual([]);
  expect(findings.map(({ id }) => id)).toEqual(MICROSOFT_CHECKS.map(({ id }) => id));
  const unused = findings.filter(({ status }) => status === "not_needed").map(({ id }) => id);
  const used: readonly string[] = FEATURES.filter((feature) => feature !== "channel_inbox"); // granted in each team
  const others = MICROSOFT_FEATURES.filter((feature) => !used.includes(feature));
  expect(unused).toEqual(others.map((feature) => `microsoft.consent.${feature}`));
  expect(findings.filter(({ status }) => status === "not_checked")).toEqual([]);
});

test("an organisation is named by its id, by a domain, or by the admin's token", async () => {
  const { subject } = await stage.setUp(pairs.good);
  for (const organisation of [null, "northwind.example"]) {
    const findings = await examineMicrosoft({ ...subject, organisation });
    expect(named(findings)).toEqual([]);
    expect(findings.find(({ id }) => id === "microsoft.organisation")?.seen).toBe(stage.tenantId);
  }
  const nobody = await examineMicrosoft({ ...subject, organisation: null, graphToken: null });
  expect(named(nobody)).toEqual(["unknown microsoft.organisation"]);
});

test("a registration that another organisation has made is not judged by what this one's admin sees", async () => {
  const { subject } = await stage.setUp(pairs.good);
  // The simulated Microsoft 365 has one organisation, so what its Graph would show in another is cut out of its answer.
  const elsewhere: typeof globalThis.fetch = async (input, init) => {
    const response = await subject.fetch(input, init);
    const isList = new URL(String(input)).pathname === "/v1.0/applications";
    return isList ? Response.json({ value: [] }, { headers: response.headers }) : response;
  };
  const findings = await examineMicrosoft({ ...subject, fetch: elsewhere });
  expect(named(findings)).toEqual(["unknown microsoft.graph"]);
  const { seen, remedy } = findings.find(({ id }) => id === "microsoft.graph") ?? {};
  expect(seen).toContain(`does not have this registration: it is in ${stage.tenantId}`);
  expect(remedy).toContain("an admin of the registration's own organisation");
});

test("Graph is asked with Directory.Read.All and refuses nothing; with less, what cannot be read is not known", async () => {
  const { subject } = await stage.setUp(pairs.good);
  const answers: [path: string, status: number][] = [];
  const watched: typeof globalThis.fetch = async (input, init) => {
    const response = await subject.fetch(input, init);
    const { pathname } = new URL(String(input));
    if (pathname.startsWith("/v1.0/")) answers.push([pathname, response.status]);
    return response;
  };
  const reader = { ...subject, fetch: watched };
  expect(named(await examineMicrosoft(reader))).toEqual([]);
  expect(answers.filter(([, status]) => status !== 200)).toEqual([]);
  const asked = answers.map(([path]) => path.split("/")[2]?.replace(/\(.*/, ""));
  expect([...new Set(asked)].toSorted()).toEqual(["applications", "servicePrincipals", "subscribedSkus"]);

  const graphToken = await stage.tokenOf(1, "Application.Read.All");
  expect(named(await examineMicrosoft({ ...reader, graphToken }))).toEqual([
    "unknown microsoft.consent.meetings",
    "unknown microsoft.consent.teams_admin_numbers",
    "unknown microsoft.licence_teams",
    "unknown microsoft.licence_phone",
  ]);
});

test.each(BROKEN_SET_UPS)("$name: $cause, and only that one", async ({ cause, status = "broken", seen, breakIt }) => {
  const setUp = await stage.setUp(pairs.good);
  const subject = { ...setUp.subject, ...(await breakIt(setUp, pairs)) };
  const findings = await examineMicrosoft(subject);
  expect(named(findings)).toEqual([`${status} ${cause}`]);
  const found = findings.find(({ id }) => id === cause);
  expect(found?.seen).toMatch(seen);
  expect(found?.remedy).toMatch(/\.$/);
  const { settings, graphToken } = subject;
  for (const secret of [settings.microsoftClientSecret, graphToken]) {
    if (secret) expect(JSON.stringify(findings)).not.toContain(secret);
  }
  const others = findings.filter(({ because }) => because !== null && because !== cause);
  expect(others.map(({ id, because }) => `${id} because ${because}`)).toEqual([]);
});

test("every check has a set-up in which it is the cause", () => {
  const causes = new Set(BROKEN_SET_UPS.map(({ cause }) => cause));
  const features = new Set(MICROSOFT_CHECKS.map(({ id }) => id).filter((id) => id.startsWith("microsoft.consent.")));
  const without = MICROSOFT_CHECKS.map(({ id }) => id).filter((id) => !causes.has(id) && !features.has(id));
  expect(without).toEqual([]);
  expect(BROKEN_SET_UPS.length).toBeGreaterThanOrEqual(25);
});

test("the command tells it in a table with what to do, or as JSON, by options and environment as a gateway reads them", async () => {
  const { subject } = await stage.setUp(pairs.good);
  const { microsoftClientId = "", microsoftCertificateFile = "" } = subject.settings;
  const config = join(stage.folder, "gateway.json");
  writeFileSync(config, JSON.stringify({ publicUrl: subject.publicUrl, microsoftClientId, requestsPerSecond: 50 }));
  const env = {
    TRUNKLINE_MICROSOFT_CERTIFICATE_FILE: microsoftCertificateFile,
    TRUNKLINE_MICROSOFT_PRIVATE_KEY_FILE: join(stage.folder, "gone.pem"),
  };
  const asked = ["doctor", "--sandbox", stage.url, "--config", config];
  const table = await trunkline(asked, { env });
  expect(table.code, table.stderr).toBe(1);
  expect(table.stdout).toMatch(
    /^BROKEN +microsoft\.settings +TRUNKLINE_MICROSOFT_PRIVATE_KEY_FILE: cannot read .*gone\.pem/m,
  );
  expect(table.stdout).toMatch(/^Not checked, because microsoft\.settings is not well: entra, clock, /m);
  expect(table.stdout).toMatch(/ {2}What to do: .+\n {2}More: docs\/microsoft\.md#/);

  // With a good key and no admin's token the registration cannot be read: exit code 2.
  const good = { ...env, TRUNKLINE_MICROSOFT_PRIVATE_KEY_FILE: subject.settings.microsoftPrivateKeyFile ?? "" };
  const json = await trunkline([...asked, "--json"], { env: good });
  expect(json.code, json.stderr).toBe(2);
  const { findings } = JSON.parse(json.stdout) as { findings: Finding[] };
  expect(named(findings)).toEqual(["unknown microsoft.graph"]);
  expect(findings.every(({ link }) => /^docs\/(microsoft|carriers|media)\.md#/.test(link))).toBe(true);

  const one = await trunkline([...asked, "--only", "microsoft.credential", "--json"], { env: good });
  expect(one.code, one.stderr).toBe(0);
  const made = (JSON.parse(one.stdout) as { findings: Finding[] }).findings.map(({ id }) => id);
  expect(made.at(-1)).toBe("microsoft.credential");
  expect(made).not.toContain("microsoft.graph");

  const none = await trunkline([...asked, "--only", "microsoft.credentail"], { env: good });
  expect({ code: none.code, stdout: none.stdout }).toEqual({ code: 2, stdout: "" });
  expect(none.stderr).toContain("Did you mean microsoft.credential?");
});

test("the registration that a simulated world gives its gateways is looked at without any setting", async () => {
  const { code, stdout, stderr } = await trunkline(["doctor", "--sandbox", stage.url], {
    env: { TRUNKLINE_GRAPH_TOKEN: stage.doctorToken },
  });
  expect(code, stderr).toBe(1);
  expect(stdout).toMatch(/^ok +microsoft\.credential /m);
  expect(stdout).toMatch(/^BROKEN +microsoft\.redirect_uri +http:\/\/127\.0\.0\.1:4080\/microsoft\/callback/m); // no gateway has come
});

test("every finding leads to a place in the guide that is there", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/microsoft.md"), "utf8");
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) => title.toLowerCase().replaceAll(" ", "-"));
  const links = new Set(MICROSOFT_CHECKS.map(({ link }) => link));
  for (const link of links) expect(headings.map((title) => `docs/microsoft.md#${title}`)).toContain(link);
});

test("a bucket for files that cannot be used is told without its keys, and is not needed where none is named", async () => {
  const none = await trunkline(["doctor", "--only", "media", "--json"]);
  expect(none.code, none.stderr).toBe(0);
  expect(JSON.parse(none.stdout)).toMatchObject({ findings: [{ id: "media.bucket", status: "not_needed" }] });
  const env = {
    TRUNKLINE_MEDIA_S3_URL: "http://127.0.0.1:1/files",
    TRUNKLINE_MEDIA_S3_ACCESS_KEY_ID: "the-id",
    TRUNKLINE_MEDIA_S3_SECRET_ACCESS_KEY: "the-secret",
  };
  const away = await trunkline(["doctor", "--only", "media"], { env });
  expect(away.code, away.stderr).toBe(1);
  expect(away.stdout).toMatch(/^BROKEN +media\.bucket +The S3 store at 127\.0\.0\.1:1 cannot be reached: /m);
  expect(away.stdout).not.toContain("the-secret");
  const half = await trunkline(["doctor", "--only", "media"], { env: { ...env, TRUNKLINE_MEDIA_S3_URL: "" } });
  expect(half.stdout).toContain("TRUNKLINE_MEDIA_S3_ACCESS_KEY_ID is set, but TRUNKLINE_MEDIA_S3_URL is not.");
});
