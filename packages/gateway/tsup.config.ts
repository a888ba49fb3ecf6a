import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    "carrier-kit": "src/carriers/kit/index.ts",
    "node/index": "src/node/index.ts",
    "node/settings": "src/node/settings.ts",
  },
  format: "esm",
  platform: "neutral",
  target: "es2023",
  dts: true,
  sourcemap: true,
  splitting: true,
  clean: true,
  onSuccess: "node scripts/pack-store-image.ts",
});
