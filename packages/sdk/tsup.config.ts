import { defineConfig } from "tsup";

const doors = {
  index: "src/index.ts",
  segments: "src/segments.ts",
  entra: "src/entra.ts",
  "entra/bridge": "src/entra/bridge.ts",
  webhooks: "src/webhooks.ts",
};

export default defineConfig({
  // What is fetched when it is first needed has a name of its own, so that the size of all else can be measured without it.
  entry: { ...doors, "parts/calls": "src/resources/parts/calls.ts" },
  format: "esm",
  platform: "neutral",
  target: "es2023",
  // `Live` and the client are disposable; readers' compilers need not have asked for that library.
  dts: { entry: doors, banner: '/// <reference lib="esnext.disposable" />' },
  sourcemap: true,
  splitting: true,
  clean: true,
});
