import { setTimeout as pause } from "node:timers/promises";
import { format } from "node:util";
import ts from "typescript";
import { vi } from "vitest";
import * as sandboxModule from "../../packages/sandbox/src/node/index.ts";
import * as sdk from "../../packages/sdk/src/index.ts";
import * as segments from "../../packages/sdk/src/segments.ts";
import * as webhooks from "../../packages/sdk/src/webhooks.ts";
import { expectedPrints, type GuideStep } from "./guide-steps.ts";
import { PATIENCE_MS } from "./patience.ts";

type Sandbox = sandboxModule.Sandbox;

/** What a block may import. */
const MODULES: Readonly<Record<string, object>> = {
  "@trunkline/sandbox": sandboxModule,
  "@trunkline/sdk": sdk,
  "@trunkline/sdk/segments": segments,
  "@trunkline/sdk/webhooks": webhooks,
};

/** The gateway of the guides, which is nobody's. */
const GATEWAY = "https://sms.example.com";
/** A Tuesday, nine in the morning in Seattle. */
const NOW = "2026-11-03T17:00:00Z";
/** A block is looked at this often, in milliseconds. */
const LOOK_MS = 10;
/** A block that has asked nothing at so many looks waits for something to happen, and a second passes. */
const QUIET_LOOKS = 10;
/** A block that takes longer is stuck. In milliseconds. */
const STUCK_MS = 5 * PATIENCE_MS;

/**
 * Runs the steps of one page against the real gateway in a sandbox of its own, with `TRUNKLINE_KEY` and
 * `TRUNKLINE_OPERATOR_KEY` in the environment. `Date` follows the sandbox's clock. Gives what does not hold, with page and line; empty when all is well.
 */
export async function runGuide(steps: readonly GuideStep[]): Promise<string[]> {
  const sandbox = await sandboxModule.createSandbox({ now: NOW });
  const gate = new Gate(sandbox);
  vi.useFakeTimers({ toFake: ["Date"], now: sandbox.clock.now() });
  vi.stubEnv("TRUNKLINE_KEY", sandbox.tenants[0]?.apiKey ?? "");
  vi.stubEnv("TRUNKLINE_OPERATOR_KEY", sandbox.operatorKey);
  vi.stubGlobal("fetch", gate.fetch);
  const findings: string[] = [];
  try {
    for (const step of steps) {
      if (step.kind === "text") await answer(sandbox, step.from, step.text);
      else if (step.kind === "pass") await pass(sandbox, step.duration);
      else findings.push(...(await runBlock(step, sandbox, gate)));
    }
  } finally {
    vi.useRealTimers();
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
    await sandbox.close();
  }
  return findings;
}

/** A phone texts the line that it last had to do with. */
async function answer(sandbox: Sandbox, from: string, text: string): Promise<void> {
  const phone = sandbox.handset(from);
  const last = phone.messages().at(-1);
  const [line] = sandbox.lines;
  await phone.text((last?.direction === "received" ? last.from : last?.to) ?? line?.number ?? "", text);
}

async function pass(sandbox: Sandbox, duration: string): Promise<void> {
  await sandbox.clock.advance(duration);
  vi.setSystemTime(sandbox.clock.now());
}

async function runBlock(
  { page, line, code }: Extract<GuideStep, { kind: "run" }>,
  sandbox: Sandbox,
  gate: Gate,
): Promise<string[]> {
  const expected = expectedPrints(code);
  if (expected.size === 0) return [`${page}:${line} checks nothing: say what it prints, console.log(…); // …`];
  const printed = new Map<number, string[]>();
  const print = (index: number, ...values: unknown[]) => {
    printed.set(index, [...(printed.get(index) ?? []), format(...values)]);
  };
  const ending: { cause?: unknown; isOver: boolean } = { isOver: false };
  void start(code, print)
    .catch((cause: unknown) => {
      ending.cause = cause ?? "nothing";
    })
    .finally(() => {
      ending.isOver = true;
    });
  const startedAt = performance.now();
  while (!ending.isOver) {
    if (performance.now() - startedAt > STUCK_MS) return [`${page}:${line} does not end`];
    await pause(LOOK_MS);
    if (!ending.isOver && gate.quietLooks() >= QUIET_LOOKS) await pass(sandbox, "PT1S");
  }
  if (ending.cause !== undefined) return [`${page}:${line} throws ${format(ending.cause)}`];
  return [...expected].flatMap(([index, said]) => {
    const found = printed.get(index)?.join(", ") ?? "nothing";
    return found === said ? [] : [`${page}:${line + 1 + index} prints ${found}`];
  });
}

/** Runs a block as a module of its own would run, except that it is told by line what is printed. */
function start(code: string, print: (index: number, ...values: unknown[]) => void): Promise<void> {
  const marked = code
    .split("\n")
    .map((line, index) => line.replaceAll("console.log(", `print(${index}, `))
    .join("\n");
  const { outputText } = ts.transpileModule(marked, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const load = (name: string): object => {
    const found = MODULES[name];
    if (!found) throw new Error(`a guide's block imports ${Object.keys(MODULES).join(", ")}, and not ${name}`);
    return found;
  };
  const AsyncFunction = (async () => undefined).constructor as new (
    ...source: string[]
  ) => (...values: unknown[]) => Promise<void>;
  return new AsyncFunction("require", "exports", "print", outputText)(load, {}, print);
}

/**
 * The way from the guides' address to the sandbox. It knows how long nobody has used it, counted in looks: between two of
 * them the block has had its turn, however slow the machine is.
 */
class Gate {
  readonly #sandbox: Sandbox;
  #underWay = 0;
  #quietLooks = 0;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  /** At how many looks in a row, this one included, nothing was asked. */
  quietLooks(): number {
    this.#quietLooks = this.#underWay > 0 ? 0 : this.#quietLooks + 1;
    return this.#quietLooks;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (url.origin !== GATEWAY) throw new TypeError(`the guides' gateway is ${GATEWAY}, and not ${url.origin}`);
    this.#underWay += 1;
    try {
      return await this.#sandbox.fetch(new Request(new URL(url.pathname + url.search, this.#sandbox.url), request));
    } finally {
      this.#underWay -= 1;
      this.#quietLooks = 0;
    }
  };
}
