import type { Clock } from "../clock.ts";
import { Refusal } from "../http/refusal.ts";
import { MICROSOFT_CLOUDS } from "./cloud.ts";
import { EntraKeys, OUTAGE_MS } from "./entra-keys.ts";
import { type EntraPerson, type EntraRefusal, type EntraTokenRules, verifyEntraToken } from "./entra-tokens.ts";
import type { MicrosoftRegistration } from "./registration.ts";

/** Lets in who bears a true access token of Microsoft Entra for this gateway. */
export interface EntraDoor {
  /**
   * Who bears the token. Whether they are anybody here is not asked.
   *
   * @throws Refusal token_refused, token_expired, microsoft_unavailable
   */
  judge(token: string): Promise<EntraPerson>;
}

export interface EntraDoorParts {
  microsoft: Pick<MicrosoftRegistration, "clientId" | "appIdUri" | "scope" | "clients" | "cloud">;
  fetch: typeof globalThis.fetch;
  clock: Pick<Clock, "now">;
}

const DEFAULT_SCOPE = "access_as_user";

export function createEntraDoor({ microsoft, fetch, clock }: EntraDoorParts): EntraDoor {
  const { clientId, appIdUri, scope = DEFAULT_SCOPE, clients, cloud = MICROSOFT_CLOUDS.public } = microsoft;
  const now = () => clock.now();
  const rules: EntraTokenRules = {
    keys: new EntraKeys({ fetch, now, authority: cloud.authority }),
    now,
    issuers: cloud.issuers,
    audiences: appIdUri === undefined ? [clientId] : [clientId, appIdUri],
    scope,
    ...(clients === undefined ? {} : { clients }),
  };
  return {
    async judge(token) {
      const verdict = await verifyEntraToken(token, rules);
      switch (verdict.kind) {
        case "accepted":
          return verdict.person;
        case "unavailable":
          throw new Refusal("microsoft_unavailable", {
            detail: "Microsoft Entra does not answer, so that nobody can tell whether the token is good.",
            retryAfterSeconds: OUTAGE_MS / 1000,
          });
        case "refused":
          throw new Refusal(verdict.reason === "expired" ? "token_expired" : "token_refused", {
            detail: `${WORDS[verdict.reason]}${REMEDIES[verdict.reason] ?? ""}`.replace("{scope}", scope),
          });
      }
    },
  };
}

/** What is wrong, in plain words. Nothing of the token stands in them. */
const WORDS: Readonly<Record<EntraRefusal, string>> = {
  malformed: "This is not a whole access token of Microsoft Entra.",
  algorithm: "The token is not signed with RS256, as Microsoft Entra's tokens are.",
  header: "The token's header asks for rules that do not hold here.",
  issuer: "Microsoft Entra did not issue this token for the organisation that it names, or in another cloud.",
  unknown_key: "The token is signed with a key that Microsoft Entra does not publish.",
  key_of_another_issuer: "The token is signed with a key that belongs to somebody else's tokens.",
  signature: "The token's signature does not match what it says.",
  expired: "The token has expired.",
  not_yet_valid: "The token is not valid yet. Look whether the clocks of both machines are right.",
  audience: "The token was made for another application.",
  id_token: "This is an ID token, which tells an app who signed in and opens nothing.",
  app_only: "The token stands for an application, and not for a person.",
  scope: "The token lacks the permission to act for its person here.",
  client: "This gateway does not take tokens from the application that asked for it.",
};

const ASK_AGAIN = " Ask Microsoft Entra for an access token with the scope {scope} of this gateway's app registration.";
const REMEDIES: Readonly<Partial<Record<EntraRefusal, string>>> = {
  expired: " Ask Microsoft Entra for a new one.",
  audience: ASK_AGAIN,
  id_token: ASK_AGAIN,
  app_only: ASK_AGAIN,
  scope: ASK_AGAIN,
};
