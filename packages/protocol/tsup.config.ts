import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    permissions: "src/permissions.ts",
    "phone-number": "src/phone-number.ts",
    routes: "src/routes.ts",
    segments: "src/segments.ts",
    vocabulary: "src/vocabulary.ts",
  },
  format: "esm",
  platform: "neutral",
  target: "es2023",
  dts: true,
  sourcemap: true,
  splitting: true,
  clean: true,
});
