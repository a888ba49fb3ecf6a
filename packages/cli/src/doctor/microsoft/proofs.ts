import type { Clock, Credential, EntraClient, MicrosoftCloud } from "@trunkline/gateway";
import { type MicrosoftSettingValues, microsoftRegistration } from "@trunkline/gateway/node";
import { variableName } from "@trunkline/gateway/node/settings";

/** One credential of the gateway, and a client that signs in with it and no other. */
export interface Proof {
  /** The setting that it stands in. */
  readonly name: string;
  readonly credential: Credential;
  /** The first letters of a secret, by which the registration's list shows it; null with a certificate. */
  readonly hint: string | null;
  readonly client: EntraClient;
}

type Name = keyof MicrosoftSettingValues;
/** Settings that make one credential, the one that names it first. */
const SETS: readonly (readonly [Name, Name])[] = [
  ["microsoftCertificateFile", "microsoftPrivateKeyFile"],
  ["microsoftNextCertificateFile", "microsoftNextPrivateKeyFile"],
  ["microsoftClientSecret", "microsoftClientSecretExpires"],
  ["microsoftNextClientSecret", "microsoftNextClientSecretExpires"],
];
/** Letters of a secret that Microsoft shows. Source: Microsoft Graph, `passwordCredential`, `hint`. */
const HINT_LENGTH = 3;

/**
 * Takes settings apart by credential, as each has to be tried by itself: the gateway falls back from one to the next.
 *
 * @throws SettingRefused as the whole does
 */
export function proofsOf(
  settings: MicrosoftSettingValues,
  parts: { fetch: typeof globalThis.fetch; clock: Clock; cloud?: MicrosoftCloud },
): Proof[] {
  return SETS.flatMap(([name, other]) => {
    if (settings[name] === undefined) return [];
    const own = (["microsoftClientId", "microsoftCloud", name, other] as const).flatMap((one) =>
      settings[one] === undefined ? [] : [[one, settings[one]]],
    );
    const registration = microsoftRegistration(Object.fromEntries(own), parts);
    const [credential] = registration?.credentials ?? [];
    if (!registration || !credential) return [];
    const hint = credential.kind === "secret" ? (settings[name]?.slice(0, HINT_LENGTH) ?? null) : null;
    return [{ name: variableName(name), credential, hint, client: registration.client }];
  });
}
