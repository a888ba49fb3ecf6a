import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { ROOT, workspacePackages } from "./workspace.mjs";

/**
 * A code block of a guide.
 * @typedef {{ page: string, line: number, language: string, code: string }} Snippet
 */

/** The README and every guide, as paths from the root. */
export function guides() {
  const pages = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", ...pages.map((name) => `docs/${name}`)];
}

/**
 * The fenced blocks of one page.
 * @param {string} page - path from the root
 * @param {string} [text]
 * @returns {Snippet[]}
 */
export function snippetsOf(page, text = readFileSync(join(ROOT, page), "utf8")) {
  return [...text.matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split("\n").length,
    language: match[1] ?? "",
    code: match[2] ?? "",
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
  host.resolveModuleNameLiterals = (names, from, _redirected, given, source) =>
    names.map((literal) => resolve(literal, from, given, source, host));
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, language, ...rest) => {
    const snippet = files.get(name);
    return snippet === undefined
      ? getSourceFile(name, language, ...rest)
      : ts.createSourceFile(name, snippet.code, language);
  };
  const program = ts.createProgram([...files.keys(), join(ROOT, "scripts/lib/doc-globals.d.ts")], options, host);
  return [...files].flatMap(([name, { page, line }]) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((finding) => {
      const at = file?.getLineAndCharacterOfPosition(finding.start ?? 0).line ?? 0;
      return `${page}:${line + at + 1} ${ts.flattenDiagnosticMessageText(finding.messageText, "\n")}`;
    });
  });
}

/**
 * Finds what a reader would have installed: a name that does not resolve from the page is looked up from each package,
 * because those have it among their dependencies.
 * @param {ts.StringLiteralLike} literal
 * @param {string} from
 * @param {ts.CompilerOptions} options
 * @param {ts.SourceFile} source
 * @param {ts.ModuleResolutionHost} host
 */
function resolve(literal, from, options, source, host) {
  const mode = ts.getModeForUsageLocation(source, literal, options);
  const seats = [from, ...workspacePackages().map(({ path }) => join(path, "src/index.ts"))];
  for (const seat of seats) {
    const found = ts.resolveModuleName(literal.text, seat, options, host, undefined, undefined, mode);
    if (found.resolvedModule !== undefined || seat === seats.at(-1)) return found;
  }
  return { resolvedModule: undefined };
}
