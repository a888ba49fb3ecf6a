import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { ROOT, workspacePackages } from "./workspace.mjs";

/** What snippets take for granted. */
const GLOBALS = join(ROOT, "scripts/lib/doc-globals.d.ts");

/**
 * A code block of a guide. `isRunnable`: the word follows the language, and `guides.test.ts` runs the block.
 * @typedef {{ page: string, line: number, language: string, isRunnable: boolean, code: string }} Snippet
 */

/** The READMEs and every guide, as paths from the root. */
export function guides() {
  const pages = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  const readmes = readdirSync(join(ROOT, "packages")).map((name) => `packages/${name}/README.md`);
  return [
    "README.md",
    ...readmes.filter((path) => existsSync(join(ROOT, path))),
    ...pages.map((name) => `docs/${name}`),
  ];
}

/**
 * The fenced blocks of one page.
 * @param {string} page - path from the root
 * @param {string} [text]
 * @returns {Snippet[]}
 */
export function snippetsOf(page, text = readFileSync(join(ROOT, page), "utf8")) {
  return [...text.matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split("\n").length,
    language: match[1] ?? "",
    isRunnable: /\brunnable\b/.test(match[2] ?? ""),
    code: match[3] ?? "",
  }));
}

/**
 * What the compiler says about TypeScript snippets: each is a module of its own, checked as strictly as our sources,
 * with what `doc-globals.d.ts` declares in reach.
 * @param {readonly Snippet[]} snippets
 * @returns {string[]} findings, empty when all is well
 */
export function typeErrors(snippets) {
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.base.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  Object.assign(options, {
    types: ["node"],
    experimentalDecorators: true,
    moduleDetection: ts.ModuleDetectionKind.Force,
    noUnusedLocals: false,
  });
  const files = new Map(snippets.map((snippet) => [join(ROOT, `${snippet.page}.${snippet.line}.ts`), snippet]));
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  const cache = ts.createModuleResolutionCache(ROOT, (name) => name, options);
  const seats = workspacePackages().map(({ path }) => join(path, "src/index.ts"));
  // A name that does not resolve from a guide is looked up from each package: those have it among their dependencies,
  // as a reader would.
  host.resolveModuleNameLiterals = (names, from, _redirected, given, source) =>
    names.map((literal) => {
      const mode = ts.getModeForUsageLocation(source, literal, given);
      const look = (/** @type {string} */ seat) =>
        ts.resolveModuleName(literal.text, seat, given, host, cache, undefined, mode);
      const direct = look(from);
      if (direct.resolvedModule !== undefined || !(files.has(from) || from === GLOBALS)) return direct;
      return seats.map(look).find(({ resolvedModule }) => resolvedModule !== undefined) ?? direct;
    });
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, language, ...rest) => {
    const snippet = files.get(name);
    return snippet === undefined
      ? getSourceFile(name, language, ...rest)
      : ts.createSourceFile(name, snippet.code, language);
  };
  const program = ts.createProgram([...files.keys(), GLOBALS], options, host);
  return [...files].flatMap(([name, { page, line }]) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((finding) => {
      const at = file?.getLineAndCharacterOfPosition(finding.start ?? 0).line ?? 0;
      return `${page}:${line + at + 1} ${ts.flattenDiagnosticMessageText(finding.messageText, "\n")}`;
    });
  });
}
