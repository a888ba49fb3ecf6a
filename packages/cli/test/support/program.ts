import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../../src/bin.ts", import.meta.url));

/** How a run of `trunkline` ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `trunkline` that runs until it is told to end. */
export interface Program {
  readonly pid: number;
  /** The address in its line `… listening on …`. */
  readonly url: string;
  stdout(): string;
  stderr(): string;
  /** SIGKILL: it has no chance to tidy up. */
  kill(): Promise<void>;
  /** SIGTERM, as an operator stops it. */
  terminate(): Promise<Ended>;
}

interface Environment {
  env?: Record<string, string>;
  cwd?: string;
}

function launch(args: readonly string[], { env = {}, cwd }: Environment) {
  const child = spawn(process.execPath, [BIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, // nothing of the developer's own settings
    ...(cwd === undefined ? {} : { cwd }),
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  return { child, output };
}

/** Runs `trunkline` to its end. */
export async function trunkline(args: readonly string[], environment: Environment = {}): Promise<Ended> {
  const { child, output } = launch(args, environment);
  const [code] = await once(child, "close");
  return { code, ...output };
}

/** Starts a `trunkline` that prints no address. */
export function runTrunkline(args: readonly string[], environment: Environment = {}): Omit<Program, "url"> {
  const { child, output } = launch(args, environment);
  return programOf(child, output);
}

/** Starts `trunkline` and waits until it says that it listens. */
export async function startTrunkline(args: readonly string[], environment: Environment = {}): Promise<Program> {
  const { child, output } = launch(args, environment);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", () => {
      const match = /^(?:trunkline|sandbox) listening on (\S+)\n/m.exec(output.stdout);
      if (match?.[1]) resolve(match[1]);
    });
    child.once("close", (code) =>
      reject(new Error(`trunkline ${args.join(" ")} ended with ${code}:\n${output.stderr}`)),
    );
  });
  return { url, ...programOf(child, output) };
}

function programOf(child: ChildProcess, output: { stdout: string; stderr: string }): Omit<Program, "url"> {
  return {
    pid: child.pid ?? 0,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    kill: async () => {
      await end(child, "SIGKILL");
    },
    terminate: async () => ({ code: await end(child, "SIGTERM"), ...output }),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const closed = once(child, "close");
    child.kill(signal);
    await closed;
  }
  return child.exitCode;
}
