import type { OptIn, OptInMethod, OptInState, SendingSettings } from "@trunkline/protocol";
import type { AnswerKind } from "./answer-texts.ts";
import type { KeywordKind } from "./keywords.ts";

/** Where a number stands with all lines, and with the one that it wrote to, each by itself. */
export interface Standings {
  readonly tenant: OptIn;
  readonly line: OptIn;
}
export type Scope = keyof Standings;

/** What a text of a number's owner changes, and what is answered. */
export interface KeywordDecision {
  readonly entries: readonly {
    readonly scope: Scope;
    readonly state: OptInState;
    readonly method: OptInMethod;
    readonly certain: boolean;
  }[];
  readonly answer: Exclude<AnswerKind, "doubleOptIn"> | null;
}

const NOTHING: KeywordDecision = { entries: [], answer: null };
const SCOPES = ["tenant", "line"] as const satisfies readonly Scope[];

/** Decides what follows from a text that reads like a keyword. What changes nothing is not answered, against loops. */
export function decideKeyword(
  kind: KeywordKind,
  standings: Standings,
  { optOutScope }: Pick<SendingSettings, "optOutScope">,
): KeywordDecision {
  const isOut = ({ state }: OptIn) => state === "opted_out";
  const reached = optOutScope === "tenant" ? [standings.tenant] : [standings.tenant, standings.line];
  switch (kind) {
    case "none":
      return NOTHING;
    case "help":
      return standings.line.carrierBlocked || standings.tenant.carrierBlocked
        ? NOTHING
        : { entries: [], answer: "help" };
    case "likely_opt_out":
      if (reached.some(isOut)) return NOTHING;
      return { entries: [{ scope: optOutScope, state: "opted_out", method: "phrase", certain: false }], answer: null };
    case "opt_out": {
      // Said again it changes nothing, but it is on record: a START that was sent in between and comes late lifts neither.
      const said = reached.find((one) => isOut(one) && one.method === "keyword");
      const scope = said === undefined ? optOutScope : said === standings.tenant ? "tenant" : "line";
      // Their own word weighs more than what was recorded before, but who is out already need not hear it again.
      const isNews = !reached.some((one) => isOut(one) && !one.needsReview);
      const entry = { scope, state: "opted_out", method: "keyword", certain: true } as const;
      return { entries: [entry], answer: isNews ? "optOut" : null };
    }
    case "opt_in": {
      // It lifts all that stands against the line that they wrote to, whatever scope that had.
      const lifted = SCOPES.filter((scope) => {
        const { state, carrierBlocked } = standings[scope];
        return state === "opted_out" || state === "pending" || carrierBlocked;
      });
      const isNew = standings[optOutScope].state !== "opted_in";
      const scopes = SCOPES.filter((scope) => lifted.includes(scope) || (isNew && scope === optOutScope));
      return optedIn(scopes, "keyword");
    }
    case "affirm":
      return optedIn(
        SCOPES.filter((scope) => standings[scope].state === "pending"),
        "double_opt_in",
      );
  }
}

function optedIn(scopes: readonly Scope[], method: OptInMethod): KeywordDecision {
  if (scopes.length === 0) return NOTHING;
  return { entries: scopes.map((scope) => ({ scope, state: "opted_in", method, certain: true })), answer: "optIn" };
}
