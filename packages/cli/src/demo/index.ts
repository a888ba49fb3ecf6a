export { DEMO_HISTORY_MS, type SeedDemoOptions, type SeedDemoResult, seedDemo } from "./seed.ts";
export { type Demo, type StartDemoOptions, startDemo } from "./start.ts";
