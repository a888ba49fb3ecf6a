import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import ts from "typescript";

/**
 * Which package may import which, as the design draws it. A package that is not named here may not be imported.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const ARROWS = {
  protocol: [],
  sdk: ["protocol"],
  inbox: ["sdk", "protocol"],
  teams: ["sdk", "protocol"],
  react: ["inbox", "sdk", "teams", "protocol"],
  gateway: ["protocol"],
  sandbox: ["protocol", "gateway"],
  cli: ["gateway", "sandbox", "teams", "inbox", "sdk", "protocol"],
};

/** Packages that are programs of Node from end to end; in the others what needs Node lies in `src/node/`. */
const NODE_PROGRAMS = ["cli"];
/** Packages that have such a folder. */
const WITH_NODE_FOLDER = ["gateway", "sandbox"];

/** Modules that do not run without Node. */
const NODE_MODULES = [/^@hono\/node-server(\/|$)/, /^@nats-io\//, /^pg(-|\/|$)/, /^pino(-|\/|$)/, /^prom-client(\/|$)/];
const BUILTIN = new Set(builtinModules);

/** @typedef {{ specifier: string, line: number }} Import */
/** @typedef {{ rule: "arrow" | "cycle" | "node" | "border", file: string, line: number, message: string }} Finding */

/**
 * What a file imports, re-exports or loads later; types count, because a reader follows them, too.
 * @param {string} path
 * @param {string} text
 * @returns {Import[]}
 */
export function importsOf(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  /** @type {Import[]} */
  const found = [];
  const add = (/** @type {ts.Node | undefined} */ at) => {
    if (at === undefined || !ts.isStringLiteralLike(at)) return;
    found.push({ specifier: at.text, line: source.getLineAndCharacterOfPosition(at.pos).line + 1 });
  };
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/**
 * Everything in a tree of packages that breaks the design's drawing: arrows between packages, cycles between files,
 * and Node outside of where Node belongs. Tests are not looked at: they may lean on the sandbox.
 * @param {string} root - folder that holds `packages/`
 * @returns {Finding[]} sorted by file and line
 */
export function checkStructure(root) {
  /** @type {Finding[]} */
  const findings = [];
  /** @type {Map<string, string[]>} */
  const graph = new Map();
  const packages = readPackages(root);
  for (const { folder, path } of packages) {
    for (const file of sourceFiles(join(path, "src"))) {
      const shown = relative(root, file).split(sep).join("/");
      const report = (/** @type {Finding["rule"]} */ rule, /** @type {number} */ line, /** @type {string} */ message) =>
        findings.push({ rule, file: shown, line, message });
      const mayUseNode = NODE_PROGRAMS.includes(folder) || isNodeFile(path, folder, file);
      /** @type {string[]} */
      const next = [];
      graph.set(file, next);
      for (const { specifier, line } of importsOf(file, readFileSync(file, "utf8"))) {
        const owner = packages.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
        let target = null;
        if (specifier.startsWith(".")) {
          target = resolve(dirname(file), specifier);
          if (!target.startsWith(join(path, "src") + sep))
            report("border", line, `${specifier} leaves the package; import it by the package's name`);
          else if (!mayUseNode && isNodeFile(path, folder, target))
            report("node", line, `${specifier} lies in src/node/, which the core must not need`);
        } else if (owner !== undefined) {
          if (owner.folder !== folder && !(ARROWS[folder] ?? []).includes(owner.folder))
            report("arrow", line, `${folder} must not import ${owner.folder}`);
          if (!mayUseNode && specifier.startsWith(`${owner.name}/node`))
            report("node", line, `${specifier} needs Node; only src/node/ may import it`);
          target = entryOf(owner, specifier);
        } else if (!mayUseNode && needsNode(specifier)) {
          report("node", line, `${specifier} needs Node; this file must run in a browser tab`);
        }
        if (target !== null) next.push(target);
      }
    }
  }
  for (const cycle of cyclesIn(graph)) {
    const names = cycle.map((file) => relative(root, file).split(sep).join("/"));
    findings.push({ rule: "cycle", file: String(names[0]), line: 1, message: [...names, names[0]].join(" -> ") });
  }
  return findings.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

/** @param {string} specifier */
function needsNode(specifier) {
  if (specifier.startsWith("node:") || BUILTIN.has(specifier)) return true;
  return NODE_MODULES.some((pattern) => pattern.test(specifier));
}

/** @param {string} path @param {string} folder @param {string} file */
function isNodeFile(path, folder, file) {
  return WITH_NODE_FOLDER.includes(folder) && file.startsWith(join(path, "src", "node") + sep);
}

/** @param {string} root */
function readPackages(root) {
  const base = join(root, "packages");
  return readdirSync(base)
    .filter((folder) => existsSync(join(base, folder, "package.json")))
    .map((folder) => {
      const path = join(base, folder);
      /** @type {{ name: string, exports?: Record<string, string> }} */
      const { name, exports = {} } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
      return { folder, path, name, exports };
    });
}

/**
 * The source file behind `@trunkline/gateway/node`, or null where the door leads to something built.
 * @param {{ name: string, path: string, exports: Record<string, string> }} owner
 * @param {string} specifier
 */
function entryOf(owner, specifier) {
  const entry = owner.exports[`.${specifier.slice(owner.name.length)}`];
  return typeof entry === "string" && entry.startsWith("./src/") ? join(owner.path, entry) : null;
}

/** @param {string} folder @returns {string[]} */
function sourceFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

/**
 * Groups of files that reach each other (Tarjan's strongly connected components), each as one walk round the circle.
 * @param {ReadonlyMap<string, readonly string[]>} graph
 * @returns {string[][]}
 */
function cyclesIn(graph) {
  /** @type {Map<string, { index: number, low: number, onStack: boolean }>} */
  const seen = new Map();
  /** @type {string[]} */
  const stack = [];
  /** @type {string[][]} */
  const cycles = [];
  const visit = (/** @type {string} */ file) => {
    const mark = { index: seen.size, low: seen.size, onStack: true };
    seen.set(file, mark);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!graph.has(next)) continue;
      const other = seen.get(next);
      if (other === undefined) mark.low = Math.min(mark.low, visit(next).low);
      else if (other.onStack) mark.low = Math.min(mark.low, other.index);
    }
    if (mark.low === mark.index) {
      const group = stack.splice(stack.indexOf(file));
      for (const member of group) {
        const state = seen.get(member);
        if (state) state.onStack = false;
      }
      if (group.length > 1 || (graph.get(file) ?? []).includes(file)) cycles.push(walkRound(graph, group));
    }
    return mark;
  };
  for (const file of graph.keys()) if (!seen.has(file)) visit(file);
  return cycles;
}

/**
 * The shortest way from the group's first file back to itself.
 * @param {ReadonlyMap<string, readonly string[]>} graph
 * @param {readonly string[]} group
 */
function walkRound(graph, group) {
  const start = [...group].sort()[0] ?? "";
  /** @type {string[][]} */
  const ways = [[start]];
  const visited = new Set();
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    for (const next of graph.get(way.at(-1) ?? "") ?? []) {
      if (next === start) return way;
      if (!group.includes(next) || visited.has(next)) continue;
      visited.add(next);
      ways.push([...way, next]);
    }
  }
  return [...group];
}
