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
