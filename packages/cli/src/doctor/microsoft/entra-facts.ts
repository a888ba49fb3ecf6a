import {
  type EntraAppToken,
  EntraRefused,
  EntraUnavailable,
  MICROSOFT_CLOUDS,
  type MicrosoftCloud,
  type MicrosoftRegistration,
} from "@trunkline/gateway";
import { microsoftRegistration } from "@trunkline/gateway/node";
import * as z from "zod/mini";
import { type Proof, proofsOf } from "./proofs.ts";
import { type MicrosoftSubject, once } from "./subject.ts";
import { organisationOf } from "./token.ts";

/** What Entra tells of an organisation to everybody, without a sign-in. */
export interface Discovery {
  /** The organisation's id; null when none was asked for. */
  readonly tenantId: string | null;
  /** Entra's number for why not, such as 90002; null when it answered. */
  readonly refused: { readonly code: number | null; readonly text: string } | null;
  /**
   * What Entra's clock shows more than ours at least, in milliseconds: what the answer took is in its favour. Null when it
   * does not tell the time.
   */
  readonly aheadMs: number | null;
}

/** What came of a sign-in with one credential. */
export interface SignIn {
  readonly proof: Proof;
  /** The gateway's own token for Graph, or why there is none. */
  readonly result: EntraAppToken | EntraRefused;
}

const Metadata = z.object({ issuer: z.string() });
const Refusal = z.object({ error_description: z.string() });
const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
/** After which a question that Entra has not answered is given up, in milliseconds. */
const ANSWER_MS = 10_000;

/** A header tells whole seconds, and its second may have been any between question and answer. */
function surelyAhead(date: number, began: number, ended: number): number {
  if (date > ended) return date - ended;
  return date + 1000 < began ? date + 1000 - began : 0;
}

/** What is known of a gateway's registration from its settings and from Entra. Each is asked once. */
export class EntraFacts {
  readonly subject: MicrosoftSubject;

  constructor(subject: MicrosoftSubject) {
    this.subject = subject;
  }

  /**
   * What the settings describe; undefined when they describe nothing.
   *
   * @throws SettingRefused
   */
  readonly given = once((): MicrosoftRegistration | undefined => {
    const { settings, registration } = this.subject;
    return registration ?? microsoftRegistration(settings, this.#parts);
  });

  /** The registration, for checks that stand on the settings being well. */
  get registration(): MicrosoftRegistration {
    const given = this.given();
    if (!given) throw new TypeError("what needs a registration is not looked at without one");
    return given;
  }

  get cloud(): MicrosoftCloud {
    return this.registration.cloud ?? MICROSOFT_CLOUDS.public;
  }

  /** The organisation as it was named, by id or domain; null when nobody named one. */
  get organisation(): string | null {
    const { organisation, graphToken } = this.subject;
    return organisation ?? (graphToken === null ? null : organisationOf(graphToken));
  }

  /** @throws EntraUnavailable */
  readonly discovery = once(async (): Promise<Discovery> => {
    const { fetch, clock } = this.subject;
    const named = this.organisation;
    const url = `${this.cloud.authority}/${encodeURIComponent(named ?? "organizations")}/v2.0/.well-known/openid-configuration`;
    const began = clock.now();
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch((cause: unknown) => {
      throw new EntraUnavailable(`Entra could not be reached at ${this.cloud.authority}.`, { cause });
    });
    const body: unknown = await response.json().catch(() => null); // a proxy's page
    const ended = clock.now();
    const date = Date.parse(response.headers.get("date") ?? "");
    const aheadMs = Number.isNaN(date) ? null : surelyAhead(date, began, ended);
    const metadata = z.safeParse(Metadata, body);
    if (response.ok && metadata.success) {
      const [tenantId = null] = named === null ? [] : (GUID.exec(metadata.data.issuer) ?? []);
      return { tenantId, refused: null, aheadMs };
    }
    const refusal = z.safeParse(Refusal, body);
    const isAway = response.status >= 500 || response.status === 429;
    if (!refusal.success || isAway)
      throw new EntraUnavailable(`Entra answered ${response.status} at ${this.cloud.authority}.`);
    const text = refusal.data.error_description.split(/[\r\n]/)[0] ?? "";
    const code = /^AADSTS(\d+)/.exec(text)?.[1];
    return { tenantId: null, refused: { code: code === undefined ? null : Number(code), text }, aheadMs };
  });

  /** Each credential, tried by itself. */
  readonly signIns = once(async (): Promise<readonly SignIn[]> => {
    const { tenantId } = await this.discovery();
    if (tenantId === null) throw new TypeError("nobody signs in without an organisation");
    const resource = this.cloud.graphResource ?? this.cloud.graph;
    const signIns: SignIn[] = [];
    for (const proof of this.#proofs()) {
      const result = await proof.client.asApp({ tenant: tenantId, resource }).catch((error: unknown) => {
        if (error instanceof EntraRefused) return error;
        throw error;
      });
      signIns.push({ proof, result });
    }
    return signIns;
  });

  /** The gateway's own token for Graph; null when Entra takes none of its credentials. */
  async appToken(): Promise<EntraAppToken | null> {
    const signIns = await this.signIns();
    for (const { result } of signIns) if (!(result instanceof EntraRefused)) return result;
    return null;
  }

  /** Numbers with which Entra refused every credential; none when it took one. */
  async refusals(): Promise<readonly number[]> {
    const signIns = await this.signIns();
    const refused = signIns.flatMap(({ result }) => (result instanceof EntraRefused ? [result] : []));
    return refused.length < signIns.length ? [] : refused.flatMap(({ codes }) => codes);
  }

  readonly #proofs = once((): readonly Proof[] => {
    const { settings, registration } = this.subject;
    if (!registration) return proofsOf(settings, this.#parts);
    const { client, credentials } = registration;
    return credentials.map((credential) => ({ name: "the simulated world", credential, hint: null, client }));
  });

  get #parts() {
    const { fetch, clock, cloud } = this.subject;
    return { fetch, clock, ...(cloud ? { cloud } : {}) };
  }
}
