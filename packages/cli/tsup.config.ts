import { cp } from "node:fs/promises";
import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    bin: "src/bin.ts",
  },
  format: "esm",
  platform: "node",
  target: "es2023",
  dts: false,
  sourcemap: true,
  splitting: true,
  clean: true,
  // The demo's page is served as it is.
  onSuccess: () => cp("src/demo/page", "dist/page", { recursive: true }),
});
