/* The simulated world's core, for any host of `fetch`. What needs Node is in `@trunkline/sandbox/node`. */

export type { CarrierBehaviour, CarrierBehaviourInput } from "./carrier/behaviour.ts";
export type { WebhookOutcome } from "./carrier/dialect.ts";
export type { HandsetMessage } from "./carrier/message.ts";
export type { SimulatedCarrier } from "./carrier/names.ts";
export { type HostTime, platformTime, WorldClock, type WorldClockOptions } from "./clock.ts";
export { createWorld, type RunningWorld, type WorldOptions } from "./create-world.ts";
export { parseDuration } from "./duration.ts";
export { type Journal, memoryJournal } from "./journal.ts";
export {
  createSandbox,
  type Sandbox,
  type SandboxAuth,
  type SandboxCarrier,
  type SandboxHandset,
  type SandboxOptions,
} from "./sandbox.ts";
export type { SeededLine, SeededTenant, SeededUser, WorldEntry } from "./state.ts";
export type { AcceptedText, SentText, World, WorldDescription } from "./world.ts";
