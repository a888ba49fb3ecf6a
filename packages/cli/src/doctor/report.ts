import type { ExitCode } from "../command-line/command.ts";
import { table } from "../command-line/table.ts";
import type { Finding, Status } from "./check.ts";

const WORDS: Readonly<Record<Status, string>> = {
  ok: "ok",
  warning: "LOOK AT",
  broken: "BROKEN",
  unknown: "UNKNOWN",
  not_checked: "not checked",
  not_needed: "not needed",
};

/** 1 when something is broken, otherwise 2 when something could not be looked at, otherwise 0. */
export function exitCodeOf(findings: readonly Finding[]): ExitCode {
  if (findings.some(({ status }) => status === "broken")) return 1;
  return findings.some(({ status }) => status === "unknown" || status === "not_checked") ? 2 : 0;
}

/**
 * Findings for people: a table, what was not looked at and why, and what to do, one after the other. What does not apply
 * is left out.
 */
export function inWords(findings: readonly Finding[]): string {
  const rows = findings
    .filter(({ status }) => status !== "not_needed" && status !== "not_checked")
    .map(({ id, status, seen }) => [WORDS[status], id, seen]);
  const remedies = findings.flatMap(({ id, status, about, remedy, link }) =>
    remedy === null ? [] : [`${WORDS[status]} ${id}: ${about}\n  What to do: ${remedy}\n  More: ${link}`],
  );
  const parts = [table(["STATE", "CHECK", "SEEN"], rows), ...notChecked(findings), ...remedies, summary(findings)];
  return parts.join("\n\n");
}

/** One line for each cause: what stands on it is told with it. */
function notChecked(findings: readonly Finding[]): string[] {
  const causes = new Set(findings.flatMap(({ because }) => because ?? []));
  return [...causes].map((cause) => {
    const ids = findings.filter(({ because }) => because === cause).map(({ id }) => id);
    return `Not checked, because ${cause} is not well: ${ids.map((id) => id.slice(id.indexOf(".") + 1)).join(", ")}.`;
  });
}

function summary(findings: readonly Finding[]): string {
  const count = (...states: Status[]) => findings.filter(({ status }) => states.includes(status)).length;
  const parts = [
    [count("broken"), "broken"],
    [count("warning"), "to look at"],
    [count("unknown", "not_checked"), "not checked"],
  ] as const;
  const told = parts.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  return told.length === 0
    ? `All is well: ${count("ok")} checks.`
    : `${told.join(", ")}; ${count("ok")} checks are well.`;
}
