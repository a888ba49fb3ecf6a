import { existsSync, readFileSync } from "node:fs";
import type { Trunkline, TrunklineError } from "@trunkline/sdk";
import { CommandFailed, type OptionSpecs, type OptionValues, UsageError } from "./command-line/command.ts";
import { DEFAULT_DATA_DIR, DEFAULT_PORTS, operatorKeyPath } from "./default-places.ts";

/** Options of every command that talks to a running gateway. */
export const CONNECTION_OPTIONS = {
  gateway: {
    type: "string",
    about: "Address of the gateway.",
    value: "URL",
    preset: `http://127.0.0.1:${DEFAULT_PORTS.gateway}`,
  },
  key: {
    type: "string",
    about: "Operator key (tlo_…) or tenant key (tlk_…). Without it the operator key in the data directory is used.",
    value: "KEY",
    secret: true,
  },
  data: { type: "string", about: "The gateway's data directory.", value: "DIR", preset: `./${DEFAULT_DATA_DIR}` },
} as const satisfies OptionSpecs;

/** With an operator key one must also say for which tenant. */
export const TENANT_OPTION = {
  tenant: {
    type: "string",
    about: "Tenant to act for, with an operator key: its id, or ext:<your own id>.",
    value: "TENANT",
  },
} as const satisfies OptionSpecs;

export const JSON_OPTION = {
  json: { type: "boolean", about: "Prints JSON instead of a table.", flagOnly: true },
} as const satisfies OptionSpecs;

type Connection = OptionValues<typeof CONNECTION_OPTIONS & typeof TENANT_OPTION>;

/** Runs `work` with a client of the gateway that the options name, and tells refusals in words. */
export async function withGateway<Result>(
  { gateway = `http://127.0.0.1:${DEFAULT_PORTS.gateway}`, key, data = DEFAULT_DATA_DIR, tenant }: Connection,
  work: (trunkline: Trunkline) => Promise<Result>,
): Promise<Result> {
  if (!URL.canParse(gateway)) throw new UsageError(`--gateway must be a URL, not ${gateway}.`);
  // Loaded when it is needed: help and mistakes should not wait for it.
  const { apiKeyAuth, createTrunkline, isTrunklineError } = await import("@trunkline/sdk");
  const auth = apiKeyAuth(key ?? readOperatorKey(data));
  const trunkline = createTrunkline({ gateway, auth: tenant === undefined ? auth : auth.forTenant(tenant) });
  try {
    return await work(trunkline);
  } catch (error) {
    if (!isTrunklineError(error)) throw error;
    throw new CommandFailed(explain(error, gateway), { cause: error });
  } finally {
    await trunkline.close();
  }
}

/** The operator key in a data directory; null when there is none. */
export function findOperatorKey(dataDir: string): string | null {
  return existsSync(operatorKeyPath(dataDir)) ? readOperatorKey(dataDir) : null;
}

function readOperatorKey(dataDir: string): string {
  const path = operatorKeyPath(dataDir);
  try {
    return readFileSync(path, "utf8").trim();
  } catch (cause) {
    throw new UsageError(`There is no key in ${path}. Name the data directory with --data, or a key with --key.`, {
      cause,
    });
  }
}

function explain({ code, message, issues }: TrunklineError, gateway: string): string {
  const about = issues.map(({ path, message: what }) => `  ${path.join(".") || "request"}: ${what}`);
  return [`${message} (${code})`, ...about, ...hintFor(code, gateway)].join("\n");
}

function hintFor(code: string, gateway: string): string[] {
  if (code === "tenant_required") return ["An operator key acts for one tenant at a time: name it with --tenant."];
  if (code === "network_error") return [`Is the gateway running at ${gateway}? Start one with: trunkline start`];
  return [];
}
