import { OPT_IN_STATES, type OptIn } from "@trunkline/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decideKeyword } from "./decide-keyword.ts";
import type { KeywordKind } from "./keywords.ts";
import { unknownOptIn } from "./ledger.ts";
import { foldHistory, type LedgerEntry } from "./state.ts";

const KINDS = ["opt_out", "opt_in", "help", "affirm", "likely_opt_out", "none"] as const satisfies KeywordKind[];
const NUMBER = "+14255550101";

test("after any texts, in any scope: who said STOP last is out, who said START last is not", () => {
  const texts = fc.array(fc.record({ kind: fc.constantFrom(...KINDS), scope: fc.constantFrom("tenant", "line") }));
  fc.assert(
    fc.property(texts, (said) => {
      const histories = { tenant: [] as LedgerEntry[], line: [] as LedgerEntry[] };
      const now = () => ({ tenant: at(histories.tenant, null), line: at(histories.line, "line_a") });
      for (const [n, { kind, scope }] of said.entries()) {
        const { entries } = decideKeyword(kind, now(), { optOutScope: scope });
        for (const { scope: reached, state, method, certain } of entries) {
          const time = new Date(n * 1000).toISOString();
          histories[reached].push({ id: `opt_${n}`, at: time, state, method, certain, wording: kind, evidence: null });
        }
      }
      const { tenant, line } = now();
      const isOut = tenant.state === "opted_out" || line.state === "opted_out";
      const last = said.findLast(({ kind }) => kind === "opt_out" || kind === "opt_in" || kind === "likely_opt_out");
      expect(isOut).toBe(last !== undefined && last.kind !== "opt_in");
    }),
  );
});

test("what changes nothing is answered only when it asks for help", () => {
  const optIn = fc.record({
    state: fc.constantFrom(...OPT_IN_STATES),
    method: fc.constantFrom("keyword" as const, "phrase" as const, "staff" as const, "carrier" as const),
    needsReview: fc.boolean(),
    carrierBlocked: fc.boolean(),
  });
  const given = fc.record({
    kind: fc.constantFrom(...KINDS),
    tenant: optIn,
    line: optIn,
    optOutScope: fc.constantFrom("tenant" as const, "line" as const),
  });
  fc.assert(
    fc.property(given, ({ kind, tenant, line, optOutScope }) => {
      const standings = {
        tenant: { ...unknownOptIn(NUMBER, null), ...tenant },
        line: { ...unknownOptIn(NUMBER, "line_a"), ...line },
      };
      const { entries, answer } = decideKeyword(kind, standings, { optOutScope });
      if (entries.length === 0 && kind !== "help") expect(answer).toBeNull();
      if (kind === "none" || kind === "likely_opt_out") expect(answer).toBeNull();
    }),
  );
});

function at(history: readonly LedgerEntry[], lineId: OptIn["lineId"]): OptIn {
  return { ...unknownOptIn(NUMBER, lineId), ...foldHistory(history) };
}
