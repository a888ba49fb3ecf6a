import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MICROSOFT_CLOUDS } from "@trunkline/gateway";
import { type MicrosoftSettingValues, microsoftRegistration } from "@trunkline/gateway/node";
import { readSettings, SettingRefused } from "@trunkline/gateway/node/settings";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newSigningCertificate, type SigningCertificate } from "../src/microsoft/signing-certificate.ts";
import { MICROSOFT_OPTIONS } from "../src/microsoft-options.ts";

const NOW = Date.parse("2026-11-23T00:00:00Z");
const CLIENT = "cccccccc-2222-3333-4444-555555555555";
const folder = mkdtempSync(join(tmpdir(), "trunkline-microsoft-"));
const place = (name: string) => join(folder, name);
const [certificate, key, otherKey] = [place("certificate.pem"), place("key.pem"), place("other.pem")];
const [microsoftCertificateFile, microsoftPrivateKeyFile] = [certificate, key];
const good = { microsoftClientId: CLIENT, microsoftCertificateFile, microsoftPrivateKeyFile };

let made: SigningCertificate;
beforeAll(async () => {
  made = await newSigningCertificate("gateway", 30, NOW);
  writeFileSync(certificate, made.certificate);
  writeFileSync(key, made.privateKey);
  writeFileSync(otherKey, (await newSigningCertificate("other", 30, NOW)).privateKey);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("without a setting there is no registration", () => {
  expect(microsoftRegistration({})).toBeUndefined();
});

test("a certificate tells its dates and thumbprint itself; a secret's end is told, or never comes", () => {
  const registration = microsoftRegistration({
    ...good,
    microsoftClientId: CLIENT.toUpperCase(),
    microsoftAppIdUri: "api://sms.test",
    microsoftCloud: "us_government",
    microsoftClientSecret: "s3cret",
    microsoftClientSecretExpires: "2027-05-31",
    microsoftNextClientSecret: "another",
  });
  const cloud = MICROSOFT_CLOUDS.us_government;
  expect(registration).toMatchObject({ clientId: CLIENT, appIdUri: "api://sms.test", cloud });
  const thumbprint = new X509Certificate(made.certificate).fingerprint.replaceAll(":", "");
  const hash = createHash("sha256").update("s3cret").digest("hex");
  expect(registration?.credentials).toEqual([
    { kind: "certificate", id: thumbprint, startsAt: NOW, expiresAt: NOW + 30 * 86_400_000 },
    { kind: "secret", id: `secret_${hash.slice(0, 16)}`, startsAt: 0, expiresAt: Date.parse("2027-05-31") },
    { kind: "secret", id: expect.stringMatching(/^secret_/), startsAt: 0, expiresAt: 8.64e15 },
  ]);
  expect(JSON.stringify(registration?.credentials)).not.toMatch(/s3cret|another|PRIVATE/);
});

test("the environment names what the command line names, and a secret may lie in a file", () => {
  const file = join(folder, "secret");
  writeFileSync(file, "s3cret\n");
  const given = readSettings({
    specs: MICROSOFT_OPTIONS,
    env: { TRUNKLINE_MICROSOFT_CLIENT_ID: CLIENT, TRUNKLINE_MICROSOFT_NEXT_CLIENT_SECRET_FILE: file },
  });
  expect(given).toEqual({ microsoftClientId: CLIENT, microsoftNextClientSecret: "s3cret" });
  expect(microsoftRegistration(given)?.credentials).toHaveLength(1);
});

const secret = { microsoftClientId: CLIENT, microsoftClientSecret: "s3cret" };
const REFUSED: [string, MicrosoftSettingValues, string][] = [
  ["a secret of nobody", { microsoftClientSecret: "s3cret" }, "TRUNKLINE_MICROSOFT_CLIENT_ID is not"],
  ["an id that is none", { ...secret, microsoftClientId: "gateway" }, 'a GUID, not "gateway"'],
  ["nothing to sign in with", { microsoftClientId: CLIENT }, "needs TRUNKLINE_MICROSOFT_CERTIFICATE_FILE"],
  ["a cloud that is none", { ...good, microsoftCloud: "mars" }, "public, us_government, china"],
  ["half a certificate", { microsoftClientId: CLIENT, microsoftCertificateFile }, "belong together"],
  ["half of the next one", { ...good, microsoftNextPrivateKeyFile: "x" }, "TRUNKLINE_MICROSOFT_NEXT_CERTIFICATE_FILE"],
  ["a file that is not there", { ...good, microsoftPrivateKeyFile: join(folder, "none") }, "cannot read"],
  ["a key for a certificate", { ...good, microsoftCertificateFile: key }, "no PEM of a certificate"],
  ["a certificate for a key", { ...good, microsoftPrivateKeyFile: certificate }, "no PEM of a private key"],
  ["the key of another", { ...good, microsoftPrivateKeyFile: otherKey }, "does not belong to the certificate"],
  ["the end of no secret", { ...good, microsoftClientSecretExpires: "2027-05-31" }, "CLIENT_SECRET is not"],
  ["an end that is no date", { ...secret, microsoftClientSecretExpires: "soon" }, "must be a date such as"],
];

test.each(REFUSED)("refused, with the reason: %s", (_, given, words) => {
  expect(() => microsoftRegistration(given)).toThrow(SettingRefused);
  expect(() => microsoftRegistration(given)).toThrow(words);
  expect(() => microsoftRegistration(given)).not.toThrow("s3cret");
});
