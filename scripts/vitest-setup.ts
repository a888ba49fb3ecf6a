import { vi } from "vitest";

/*
 * `vi.waitFor` gives up after a second, which a machine with two busy cores can need for one query. Waiting longer costs
 * nothing where the thing happens, and a test of something that never happens still ends.
 */
const PATIENCE_MS = 15_000;
const waitFor = vi.waitFor;

vi.waitFor = (callback, options = {}) =>
  waitFor(callback, typeof options === "number" ? options : { timeout: PATIENCE_MS, ...options });
