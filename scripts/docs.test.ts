import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { guides, snippetsOf, typeErrors } from "./lib/doc-snippets.mjs";
import { PAGES_WITH_TABLES, withTables } from "./lib/doc-tables.mjs";
import { ROOT } from "./lib/workspace.mjs";

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

describe("the guides", () => {
  test("every TypeScript snippet compiles against the sources", () => {
    const snippets = guides()
      .flatMap((page) => snippetsOf(page))
      .filter(({ language }) => language === "ts");
    expect(snippets.length).toBeGreaterThan(10);
    expect(typeErrors(snippets)).toEqual([]);
  });

  test("a snippet that does not compile is found, with its page and line", () => {
    const page = "# A page\n\n```ts\nconst count: number = 1;\nconst name: string = count;\ntrunkline.nothing;\n```\n";
    expect(typeErrors(snippetsOf("docs/wrong.md", page))).toEqual([
      "docs/wrong.md:5 Type 'number' is not assignable to type 'string'.",
      "docs/wrong.md:6 Property 'nothing' does not exist on type 'Trunkline'.",
    ]);
  });

  test("the tables are what the code says", () => {
    for (const name of PAGES_WITH_TABLES) {
      const page = read(`docs/${name}`);
      expect(page).toContain("<!-- table: ");
      expect(withTables(page), `docs/${name} is stale: run node scripts/generate-docs.mjs`).toBe(page);
    }
  });

  test("links between pages lead to files, and to headings that are there", () => {
    for (const page of guides()) {
      for (const [, target = ""] of read(page).matchAll(/\]\((?!https?:|#)([^)]+)\)/g)) {
        const [path = "", anchor] = target.split("#");
        const file = join(ROOT, page, "..", path);
        expect(() => readFileSync(file), `${page} links to ${target}`).not.toThrow(/ENOENT/);
        if (anchor !== undefined)
          expect(anchorsOf(readFileSync(file, "utf8")), `${page} links to ${target}`).toContain(anchor);
      }
    }
  });

  test("the ten lines in the README are those of the demo's page", () => {
    const embed = snippetsOf("README.md").find(({ code }) => code.includes("<trunkline-inbox"));
    const lines = embed?.code.trimEnd().split("\n") ?? [];
    expect(lines).toHaveLength(10);
    const page = read("packages/cli/src/demo/page/index.html");
    const inPage = /<!-- embed -->\n([\s\S]*?)\n\s*<!-- \/embed -->/.exec(page)?.[1]?.split("\n") ?? [];
    const indent = /^ */.exec(inPage[0] ?? "")?.[0].length ?? 0;
    expect(inPage.map((line) => line.slice(indent))).toEqual(lines);
  });
});

/** Anchors as GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
