/**
 * How long a test waits for something to happen, in milliseconds: what a machine needs that is ten times as busy as
 * ours. Where the thing happens it costs nothing, and a test of something that never happens still ends.
 */
export const PATIENCE_MS = 60_000;
