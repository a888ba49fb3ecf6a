import { vi } from "vitest";
import { PATIENCE_MS } from "./lib/patience.ts";

// `vi.waitFor` gives up after a second, which a machine with two busy cores can need for one query.
const waitFor = vi.waitFor;

vi.waitFor = (callback, options = {}) =>
  waitFor(callback, typeof options === "number" ? options : { timeout: PATIENCE_MS, ...options });
