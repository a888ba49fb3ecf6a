export { createWorld, type RunningWorld, type WorldOptions } from "./create-world.ts";
