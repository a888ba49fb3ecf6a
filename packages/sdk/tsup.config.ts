import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    segments: "src/segments.ts",
  },
  format: "esm",
  platform: "neutral",
  target: "es2023",
  // `Live` and the client are disposable; readers' compilers need not have asked for that library.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
  sourcemap: true,
  splitting: true,
  clean: true,
});
