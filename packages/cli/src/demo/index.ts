export { DEMO_HISTORY_MS, seedDemo } from "./seed.ts";
export { type Demo, startDemo } from "./start.ts";
