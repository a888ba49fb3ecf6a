import { readFileSync } from "node:fs";
import { join } from "node:path";
import { snippetsOf } from "./doc-snippets.mjs";
import { ROOT } from "./workspace.mjs";

/*
 * What a guide asks to be run. A block that begins with ```ts runnable is run as it stands; in it `console.log(…); // …`
 * is a check: what is printed must be the comment, several prints of one line with commas between them. Before a block
 * the world acts where a comment that readers do not see says so:
 * `<!-- meanwhile: +14255550142 texts: STOP -->` or `<!-- meanwhile: PT2H passes -->`.
 */

export type GuideStep =
  | { readonly kind: "run"; readonly page: string; readonly line: number; readonly code: string }
  | { readonly kind: "text"; readonly from: string; readonly text: string }
  | { readonly kind: "pass"; readonly duration: string };

/** The steps of a page in its order. Throws for a `meanwhile` that says nothing known, because it would pass unheard. */
export function stepsOf(page: string, text = readFileSync(join(ROOT, page), "utf8")): GuideStep[] {
  const runs = snippetsOf(page, text)
    .filter(({ isRunnable }) => isRunnable)
    .map(({ line, code }): GuideStep & { line: number } => ({ kind: "run", page, line, code }));
  const acts = [...text.matchAll(/^<!-- meanwhile:(.*)-->$/gm)].map(({ index, 1: what = "" }) => {
    const line = text.slice(0, index).split("\n").length;
    return { ...readAct(what.trim(), `${page}:${line}`), line };
  });
  return [...runs, ...acts].sort((a, b) => a.line - b.line);
}

function readAct(what: string, at: string): GuideStep {
  const [, from, text] = /^(\+\d+) texts: (.+)$/.exec(what) ?? [];
  if (from !== undefined && text !== undefined) return { kind: "text", from, text };
  const [, duration] = /^(P\S+) passes$/.exec(what) ?? [];
  if (duration !== undefined) return { kind: "pass", duration };
  throw new Error(`${at} meanwhile "${what}": say "+1… texts: …" or "PT1H passes"`);
}

/** What each line of a block says that it prints. */
export function expectedPrints(code: string): Map<number, string> {
  const lines = code.split("\n").entries();
  return new Map(
    [...lines].flatMap(([index, line]): [number, string][] => {
      const said = /console\.log\(.*\);? \/\/ (.+)$/.exec(line)?.[1];
      return said === undefined ? [] : [[index, said.trim()]];
    }),
  );
}
