import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { defineConfig } from "tsup";

export default defineConfig([
  {
    entry: { index: "src/index.ts", define: "src/define.ts" },
    format: "esm",
    platform: "browser",
    target: "es2023",
    dts: true,
    sourcemap: true,
    splitting: true,
    clean: ["dist/*.js", "dist/*.map", "dist/*.d.ts"],
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
    noExternal: [/.*/],
    splitting: false,
    minify: true,
    sourcemap: false,
    dts: false,
    clean: true,
  },
]);
