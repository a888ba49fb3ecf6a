import { createSandbox, type Sandbox } from "@trunkline/sandbox";
import { afterAll, beforeAll, onTestFinished, vi } from "vitest";
import { apiKeyAuth, createTrunkline, type LineId, type Trunkline, type TrunklineOptions } from "../src/index.ts";
import { BreakableLine, hastyClock } from "./breakable-line.ts";

/** The real gateway with a simulated world outside, for the tests of one file. */
export interface GatewayUnderTest {
  readonly sandbox: Sandbox;
  /** The first line of the first tenant. */
  readonly line: { readonly id: LineId; readonly number: string };
  /** A client of one of its users; closed when the test is over. */
  connect(options?: Partial<TrunklineOptions>, user?: string): { wire: BreakableLine; trunkline: Trunkline };
  /** A client with the first tenant's key. */
  server(): Trunkline;
  /** A client with the operator's key. */
  operator(): Trunkline;
  /** A number that nobody has texted yet. */
  newNumber(): string;
}

/** Starts a sandbox before the tests of this file and ends it after them. It is a Monday; the clock stands still. */
export function withGateway(now = "2026-11-02T18:00:00Z"): GatewayUnderTest {
  let running: Sandbox | undefined;
  let lastNumber = 0;
  beforeAll(async () => {
    running = await createSandbox({ now });
  });
  afterAll(() => running?.close());
  const sandbox = (): Sandbox => {
    if (!running) throw new Error("the sandbox runs while tests do");
    return running;
  };
  const connect: GatewayUnderTest["connect"] = (options = {}, user = "ada") => {
    const wire = new BreakableLine(sandbox().fetch);
    const trunkline = createTrunkline({
      gateway: sandbox().url,
      auth: sandbox().auth(user),
      fetch: wire.fetch,
      ...options,
      platform: { clock: hastyClock, random: () => 0.5, ...options.platform },
    });
    onTestFinished(() => trunkline.close());
    return { wire, trunkline };
  };
  return {
    connect,
    get sandbox() {
      return sandbox();
    },
    get line() {
      const [first] = sandbox().lines;
      if (!first) throw new Error("the sandbox has a line");
      return first as GatewayUnderTest["line"];
    },
    server() {
      const [tenant] = sandbox().tenants;
      if (!tenant) throw new Error("the sandbox has a tenant");
      return connect({ auth: apiKeyAuth(tenant.apiKey) }).trunkline;
    },
    operator: () => connect({ auth: apiKeyAuth(sandbox().operatorKey) }).trunkline,
    newNumber() {
      lastNumber += 1;
      return `+1425555${String(1_000 + lastNumber)}`;
    },
  };
}

/** Polls until `look` throws no more; the machine may be busy. */
export const eventually = <Value>(look: () => Value) => vi.waitFor(look);
