/* The world as a process of Node, and what ties a gateway's process to it. */

export type { Sandbox, SandboxOptions } from "../sandbox.ts";
export type { Announcement } from "../seed.ts";
export { type AttachOptions, attachToWorld, type WorldAttachment, WorldRefused } from "./attach.ts";
export { openFileJournal } from "./file-journal.ts";
export { createSandbox } from "./sandbox.ts";
export { type ListeningWorld, type StartWorldOptions, startWorld } from "./start-world.ts";
