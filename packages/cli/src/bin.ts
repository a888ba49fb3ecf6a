#!/usr/bin/env node
import { run } from "./command-line/run.ts";
import { trunkline } from "./commands/index.ts";

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stopping.signal.aborted) process.exit(1); // asked twice: whatever hangs, hangs no longer
    stopping.abort();
  });
}

process.exitCode = await run(trunkline, process.argv.slice(2), {
  env: process.env,
  out: (line) => process.stdout.write(`${line}\n`),
  note: (line) => process.stderr.write(`${line}\n`),
  stopped: stopping.signal,
});
