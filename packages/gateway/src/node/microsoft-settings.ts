import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Clock } from "../clock.ts";
import { CLOUD_NAMES, type CloudName, MICROSOFT_CLOUDS, type MicrosoftCloud } from "../microsoft/cloud.ts";
import type { MicrosoftRegistration } from "../microsoft/registration.ts";
import { type MicrosoftCredential, microsoftClient } from "./microsoft-client.ts";
import { SettingRefused, variableName } from "./settings.ts";

/**
 * The app registration as a program's settings, by whose names they are told in messages. While credentials are rotated
 * the new ones stand beside the old, as `…Next…`.
 */
export interface MicrosoftSettingValues {
  /** Application (client) id. */
  readonly microsoftClientId?: string;
  /** Only where tokens of version 1.0 are possible. */
  readonly microsoftAppIdUri?: string;
  /**
   * One of `CLOUD_NAMES`.
   * @default "public"
   */
  readonly microsoftCloud?: string;
  /** PEM files; a certificate tells its own dates. */
  readonly microsoftCertificateFile?: string;
  readonly microsoftPrivateKeyFile?: string;
  readonly microsoftClientSecret?: string;
  /** A date such as 2027-05-31: a secret does not tell when it ends. Without it nobody is warned. */
  readonly microsoftClientSecretExpires?: string;
  readonly microsoftNextCertificateFile?: string;
  readonly microsoftNextPrivateKeyFile?: string;
  readonly microsoftNextClientSecret?: string;
  readonly microsoftNextClientSecretExpires?: string;
}
type Name = keyof MicrosoftSettingValues;

const NAMES = [
  "microsoftClientId",
  "microsoftAppIdUri",
  "microsoftCloud",
  "microsoftCertificateFile",
  "microsoftPrivateKeyFile",
  "microsoftClientSecret",
  "microsoftClientSecretExpires",
  "microsoftNextCertificateFile",
  "microsoftNextPrivateKeyFile",
  "microsoftNextClientSecret",
  "microsoftNextClientSecretExpires",
] as const satisfies Name[];

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** The last instant that a date can hold: nobody said when a secret ends. In milliseconds. */
const NEVER = 8_640_000_000_000_000;

/**
 * Makes the registration that the settings describe; undefined when they describe none. `cloud` goes before the settings'
 * own: a simulated one has no name.
 *
 * @throws SettingRefused when one is missing or wrong, or a file cannot be read
 */
export function microsoftRegistration(
  given: MicrosoftSettingValues,
  { cloud: otherCloud, ...parts }: { fetch?: typeof globalThis.fetch; clock?: Clock; cloud?: MicrosoftCloud } = {},
): MicrosoftRegistration | undefined {
  const present = NAMES.find((name) => given[name] !== undefined);
  if (present === undefined) return undefined;
  const clientId = given.microsoftClientId;
  if (clientId === undefined) {
    throw new SettingRefused(`${variableName(present)} is set, but ${variableName("microsoftClientId")} is not.`);
  }
  if (!GUID.test(clientId)) {
    throw new SettingRefused(
      `${variableName("microsoftClientId")} must be the registration's application id, a GUID, not "${clientId}".`,
    );
  }
  const credentials = [
    ...certificateOf(given, "microsoftCertificateFile", "microsoftPrivateKeyFile"),
    ...certificateOf(given, "microsoftNextCertificateFile", "microsoftNextPrivateKeyFile"),
    ...secretOf(given, "microsoftClientSecret", "microsoftClientSecretExpires"),
    ...secretOf(given, "microsoftNextClientSecret", "microsoftNextClientSecretExpires"),
  ];
  if (credentials.length === 0) {
    const [file, secret] = [variableName("microsoftCertificateFile"), variableName("microsoftClientSecret")];
    throw new SettingRefused(`${variableName("microsoftClientId")} needs ${file}, which is safer, or ${secret}.`);
  }
  const cloud = otherCloud ?? MICROSOFT_CLOUDS[cloudOf(given.microsoftCloud ?? "public")];
  const { microsoftAppIdUri: appIdUri } = given;
  return {
    clientId: clientId.toLowerCase(),
    ...(appIdUri === undefined ? {} : { appIdUri }),
    cloud,
    credentials: credentials.map(({ id, kind, startsAt, expiresAt }) => ({ id, kind, startsAt, expiresAt })),
    client: microsoftClient({ clientId, cloud, credentials, ...parts }),
  };
}

function cloudOf(name: string): CloudName {
  const cloud = CLOUD_NAMES.find((one) => one === name);
  if (cloud !== undefined) return cloud;
  throw new SettingRefused(
    `${variableName("microsoftCloud")} must be one of ${CLOUD_NAMES.join(", ")}, not "${name}".`,
  );
}

type FileName = Extract<Name, `${string}File`>;

/** A certificate tells its own dates; its id is the thumbprint that the portal shows. */
function certificateOf(given: MicrosoftSettingValues, file: FileName, keyFile: FileName): MicrosoftCredential[] {
  const [path, keyPath] = [given[file], given[keyFile]];
  if (path === undefined && keyPath === undefined) return [];
  if (path === undefined || keyPath === undefined) {
    throw new SettingRefused(`${variableName(file)} and ${variableName(keyFile)} belong together; set both.`);
  }
  const certificate = readText(file, path);
  const privateKey = readText(keyFile, keyPath);
  const x509 = parsed(file, path, "a certificate", () => new X509Certificate(certificate));
  const key = parsed(keyFile, keyPath, "a private key without a password", () => createPrivateKey(privateKey));
  if (!x509.checkPrivateKey(key)) {
    throw new SettingRefused(`The key in ${keyPath} does not belong to the certificate in ${path}.`);
  }
  const [startsAt, expiresAt] = [Date.parse(x509.validFrom), Date.parse(x509.validTo)];
  const id = x509.fingerprint.replaceAll(":", "");
  return [{ kind: "certificate", id, startsAt, expiresAt, certificate, privateKey }];
}

function readText(name: FileName, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new SettingRefused(`${variableName(name)}: cannot read ${path}.`, { cause });
  }
}

function parsed<Value>(name: FileName, path: string, what: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (cause) {
    throw new SettingRefused(`${variableName(name)}: ${path} holds no PEM of ${what}.`, { cause });
  }
}

/** A secret tells neither its id nor its end: the id is made of its hash, the end is given or never. */
function secretOf(
  given: MicrosoftSettingValues,
  name: "microsoftClientSecret" | "microsoftNextClientSecret",
  expires: "microsoftClientSecretExpires" | "microsoftNextClientSecretExpires",
): MicrosoftCredential[] {
  const [secret, ends] = [given[name], given[expires]];
  if (secret === undefined && ends === undefined) return [];
  if (secret === undefined)
    throw new SettingRefused(`${variableName(expires)} is set, but ${variableName(name)} is not.`);
  const expiresAt = ends === undefined ? NEVER : Date.parse(ends);
  if (!(expiresAt <= NEVER) || (ends !== undefined && !/^\d{4}-\d{2}-\d{2}/.test(ends))) {
    throw new SettingRefused(`${variableName(expires)} must be a date such as 2027-05-31, not "${ends}".`);
  }
  const id = `secret_${createHash("sha256").update(secret).digest("hex").slice(0, 16)}`;
  return [{ kind: "secret", id, startsAt: 0, expiresAt, secret }];
}
