import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { promisify } from "node:util";
import { defineConfig, type Options } from "tsup";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/**
 * Minifies what esbuild cannot look into. Style sheets without holes become as short as esbuild makes them; between tags
 * and attributes of templates one space is left of each line break with its indent, which means the same to HTML.
 */
const minifyTemplates: Plugin = {
  name: "minify-templates",
  setup({ onLoad, esbuild }) {
    onLoad({ filter: /[\\/]inbox[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const pieces = (await readFile(path, "utf8")).split(/(css`[^`$]*`)/);
      const minified = pieces.map(async (piece) => {
        const sheet = /^css`([^`$]*)`$/.exec(piece)?.[1];
        if (sheet === undefined) return piece.replace(/(?<=[>}])\n\s+(?=<|\$\{)|\n\s+(?=>|[@.?]?[\w-]+=["$])/g, " ");
        const { code } = await esbuild.transform(sheet, { loader: "css", minify: true });
        return `css\`${code.trim().replaceAll("\\", "\\\\")}\``;
      });
      return { contents: (await Promise.all(minified)).join(""), loader: "ts" };
    });
  },
};

/**
 * `x.part.ts` is code that is fetched when it is needed. Each becomes `dist/parts/x.js`, so that the size of the first load
 * can be measured without them.
 */
const parts = Object.fromEntries(
  globSync("src/**/*.part.ts").map((path) => [`parts/${basename(path, ".part.ts")}`, path]),
);

export default defineConfig([
  {
    entry: { index: "src/index.ts", define: "src/define.ts", consent: "src/consent.ts", ...parts },
    format: "esm",
    platform: "browser",
    target: "es2023",
    esbuildPlugins: [minifyTemplates],
    dts: { entry: { index: "src/index.ts", define: "src/define.ts", consent: "src/consent.ts" } },
    sourcemap: true,
    splitting: true,
    clean: ["dist/*.js", "dist/*.map", "dist/*.d.ts", "dist/parts"],
    onSuccess: async () => {
      const analyzer = createRequire(import.meta.url).resolve("@custom-elements-manifest/analyzer/cem.js");
      const config = "custom-elements-manifest.config.ts";
      await promisify(execFile)(process.execPath, [analyzer, "analyze", "--quiet", "--config", config]);
    },
  },
  {
    // One self-contained module for pages without a bundler: `<script type="module" src="…/trunkline-inbox.js">`.
    name: "cdn",
    entry: { "trunkline-inbox": "src/define.ts" },
    outDir: "dist/cdn",
    format: "esm",
    platform: "browser",
    target: "es2022",
    esbuildPlugins: [minifyTemplates],
    noExternal: [/.*/],
    splitting: false,
    minify: true,
    sourcemap: false,
    dts: false,
    clean: true,
  },
]);
