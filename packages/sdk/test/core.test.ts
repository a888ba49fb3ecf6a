import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");

/** What a page fetches with a module, as files of ours and names of packages: imports that leave something, not types, not later ones. */
function fetchedWith(entry: string): Set<string> {
  const found = new Set<string>();
  const visit = (path: string) => {
    if (found.has(path)) return;
    found.add(path);
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true };
    const { outputText } = ts.transpileModule(readFileSync(path, "utf8"), { compilerOptions: options, fileName: path });
    for (const [, specifier = ""] of outputText.matchAll(/^(?:import|export)\b[^;]*?["']([^"']+)["'];?$/gm)) {
      if (specifier.startsWith(".")) visit(resolve(dirname(path), specifier));
      else found.add(specifier);
    }
  };
  visit(resolve(SRC, entry));
  return new Set([...found].map((name) => (name.startsWith(SRC) ? relative(SRC, name) : name)));
}

test("signing in with Microsoft costs nothing to those who do not: the core fetches no line of it", () => {
  const core = fetchedWith("index.ts");
  const entra = fetchedWith("entra.ts");
  expect(core).toContain("client.ts");
  expect(entra).toContain("entra/options.ts");
  expect([...core].filter((name) => /entra|@azure|popup/.test(name))).toEqual([]);
  // And MSAL itself comes with the first token, not with the page.
  expect([...entra].filter((name) => name.startsWith("@azure"))).toEqual([]);
  expect(fetchedWith("entra/bridge.ts")).toContain("@azure/msal-browser/redirect-bridge");
});

test("what few pages ask for is not fetched with the core", () => {
  expect([...fetchedWith("index.ts")].filter((name) => name.includes("/parts/"))).toEqual([]);
});
