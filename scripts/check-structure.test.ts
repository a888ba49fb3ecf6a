import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { checkStructure, importsOf } from "./lib/structure.mjs";

const NAMES = ["protocol", "sdk", "inbox", "gateway", "sandbox", "cli"];
const trees: string[] = [];

/** Writes a made-up workspace and gives what the check says about it, as `file rule` lines. */
function check(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), "trunkline-structure-"));
  trees.push(root);
  const exports = { ".": "./src/index.ts", "./node": "./src/node/index.ts" };
  const manifests = NAMES.map((name) => [
    `${name}/package.json`,
    JSON.stringify({ name: `@trunkline/${name}`, exports }),
  ]);
  for (const [path, text] of [...manifests, ...Object.entries(files)] as [string, string][]) {
    const full = join(root, "packages", path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  }
  return checkStructure(root).map(({ file, line, rule }) => `${file.replace("packages/", "")}:${line} ${rule}`);
}

afterEach(() => {
  for (const tree of trees.splice(0)) rmSync(tree, { recursive: true, force: true });
});

test("a tree that follows the drawing passes", () => {
  const found = check({
    "protocol/src/index.ts": `export * from "./ids.ts";`,
    "protocol/src/ids.ts": `import * as z from "zod/mini"; export const id = z.string();`,
    "sdk/src/index.ts": `export { id } from "@trunkline/protocol";`,
    "sdk/src/index.test.ts": `import "@trunkline/sandbox"; import "node:fs";`,
    "gateway/src/index.ts": `import { id } from "@trunkline/protocol"; export { id };`,
    "gateway/src/node/index.ts": `import "node:fs"; import "pg"; export * from "../index.ts";`,
    "sandbox/src/node/index.ts": `export * from "@trunkline/gateway/node";`,
    "cli/src/bin.ts": `import "node:fs"; import "@trunkline/sandbox/node"; import("@trunkline/inbox");`,
  });
  expect(found).toEqual([]);
});

test.for([
  ["the SDK must not know the server", "sdk/src/a.ts", `import { x } from "@trunkline/gateway";`],
  ["nor by its types alone", "sdk/src/a.ts", `import type { X } from "@trunkline/gateway";`],
  ["nor in a type expression", "sdk/src/a.ts", `export type X = import("@trunkline/gateway").X;`],
  ["nor when it loads later", "inbox/src/a.ts", `export const x = () => import("@trunkline/sandbox");`],
  ["the gateway must not know the sandbox", "gateway/src/a.ts", `export { x } from "@trunkline/sandbox";`],
  ["the protocol imports nothing of ours", "protocol/src/a.ts", `import "@trunkline/sdk";`],
  ["nobody imports the command", "sandbox/src/a.ts", `import "@trunkline/cli";`],
] as const)("arrow: %s", ([, file, text]) => {
  expect(check({ [file]: text })).toEqual([`${file}:1 arrow`]);
});

test.for([
  ["a built-in module", "sdk/src/a.ts", `import { readFile } from "node:fs/promises";`],
  ["a built-in module without its prefix", "sdk/src/a.ts", `import { readFile } from "fs";`],
  ["a package that needs Node", "gateway/src/store/a.ts", `import pg from "pg";`],
  [
    "the NATS client, loaded later",
    "gateway/src/bus/a.ts",
    `export const x = () => import("@nats-io/transport-node");`,
  ],
  ["another package's Node part", "sandbox/src/a.ts", `import "@trunkline/gateway/node";`],
  ["the package's own Node part", "gateway/src/a.ts", `import "./node/serve.ts";`],
  ["a folder called node where none belongs", "sdk/src/node/a.ts", `import "node:fs";`],
] as const)("node: %s", ([, file, text]) => {
  expect(check({ [file]: text })).toEqual([`${file}:1 node`]);
});

test("a path that leaves its package is refused", () => {
  expect(check({ "sdk/src/a.ts": `import "../../protocol/src/ids.ts";` })).toEqual(["sdk/src/a.ts:1 border"]);
});

test("a circle of files is told as the way round it", () => {
  const files = {
    "sdk/src/a.ts": `import "./b.ts";`,
    "sdk/src/b.ts": `export const later = () => import("./c.ts");`,
    "sdk/src/c.ts": `export * from "./a.ts";`,
    "sdk/src/d.ts": `import "./a.ts";`,
    "sdk/src/self.ts": `import "./self.ts";`,
  };
  expect(check(files)).toEqual(["sdk/src/a.ts:1 cycle", "sdk/src/self.ts:1 cycle"]);
});

test("types that look back at each other are a cycle like any other: neither file is understood alone", () => {
  const files = {
    "sdk/src/a.ts": `import "./b.ts";`,
    "sdk/src/b.ts": `import type { A } from "./a.ts"; export type B = A;`,
  };
  expect(check(files)).toEqual(["sdk/src/a.ts:1 cycle"]);
});

test("words in comments and strings are not imports", () => {
  expect(importsOf("a.ts", `// import "node:fs"\nconst text = 'import "pg"';`)).toEqual([]);
});
