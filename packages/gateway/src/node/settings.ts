import { readFileSync } from "node:fs";
import { didYouMean } from "./suggest.ts";

/*
 * How a program of ours finds its settings: what was given by hand goes before the environment, the environment before a
 * file. The command line reads its options here, and so may any other program that runs a gateway.
 */

export { didYouMean } from "./suggest.ts";

/** One setting. By the name `databaseUrl` it is `TRUNKLINE_DATABASE_URL` in the environment, and itself in the file. */
export interface SettingSpec {
  /** A `list` is separated by commas in the environment. An `integer` whose name ends with "port" is one. */
  readonly type: "string" | "integer" | "boolean" | "list";
  /** May also stand in a file that `TRUNKLINE_<NAME>_FILE` names, so that it is in no process list. */
  readonly secret?: true;
  /** Neither in the environment nor in the file. */
  readonly flagOnly?: true;
}
export type SettingSpecs = Readonly<Record<string, SettingSpec>>;

type ValueOf<Spec extends SettingSpec> = Spec["type"] extends "boolean"
  ? boolean
  : Spec["type"] extends "integer"
    ? number
    : Spec["type"] extends "list"
      ? readonly string[]
      : string;

/** Settings as they were found; those that nobody gave are absent. */
export type SettingValues<Specs extends SettingSpecs> = { readonly [Name in keyof Specs]?: ValueOf<Specs[Name]> };

/** A value as somebody gave it, and where, for messages. */
export interface GivenSetting {
  readonly value: unknown;
  readonly where: string;
}

export interface SettingSources<Specs extends SettingSpecs> {
  /** A setting named `config` names the JSON file with settings by their names; without it there is no file. */
  readonly specs: Specs;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What was given by hand, such as on a command line. */
  readonly flags?: ReadonlyMap<string, GivenSetting>;
}

/** A setting that is unknown, contradicts another, or is of the wrong kind; the message says which, and what would be right. */
export class SettingRefused extends Error {
  override readonly name = "SettingRefused";
}

/**
 * Reads settings: `flags` go before the environment, the environment before the file that `config` names.
 *
 * @throws SettingRefused
 */
export function readSettings<const Specs extends SettingSpecs>({
  specs,
  env,
  flags = new Map(),
}: SettingSources<Specs>): SettingValues<Specs> {
  const config = specs.config === undefined ? {} : readConfig(specs, flags, env);
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const found = flags.get(name) ?? fromEnvironment(name, spec, env) ?? config[name];
    if (found !== undefined) values[name] = convert(name, spec, found);
  }
  return values as SettingValues<Specs>; // `convert` has made each value what its spec says
}

/** `databaseUrl` -> `TRUNKLINE_DATABASE_URL` */
export function variableName(name: string): string {
  return `TRUNKLINE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

type Environment = SettingSources<SettingSpecs>["env"];

function fromEnvironment(name: string, spec: SettingSpec, env: Environment): GivenSetting | undefined {
  if (spec.flagOnly) return undefined;
  const variable = variableName(name);
  const value = env[variable];
  const path = spec.secret ? env[`${variable}_FILE`] : undefined;
  if (value !== undefined && path !== undefined) {
    throw new SettingRefused(`${variable} and ${variable}_FILE are both set; unset one.`);
  }
  if (path !== undefined) return { value: readText(path, `${variable}_FILE`).trim(), where: `${variable}_FILE` };
  if (value === undefined || value === "") return undefined;
  return { value: spec.type === "list" ? value.split(",").map((part) => part.trim()) : value, where: variable };
}

function readConfig(
  specs: SettingSpecs,
  flags: ReadonlyMap<string, GivenSetting>,
  env: Environment,
): Record<string, GivenSetting> {
  const path = flags.get("config")?.value ?? env.TRUNKLINE_CONFIG;
  if (typeof path !== "string" || path === "") return {};
  const text = readText(path, flags.get("config")?.where ?? variableName("config"));
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new SettingRefused(`${path} is not valid JSON.`, { cause });
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new SettingRefused(`${path} must hold a JSON object.`);
  }
  const allowed = Object.keys(specs).filter((name) => !specs[name]?.flagOnly && name !== "config");
  const found: Record<string, GivenSetting> = {};
  for (const [name, value] of Object.entries(content)) {
    if (!allowed.includes(name)) {
      throw new SettingRefused(`${path}: unknown option "${name}".${didYouMean(name, allowed)}`);
    }
    found[name] = { value, where: `${path}: ${name}` };
  }
  return found;
}

function readText(path: string, where: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new SettingRefused(`${where}: cannot read ${path}.`, { cause });
  }
}

function convert(name: string, { type, secret }: SettingSpec, { value, where }: GivenSetting) {
  const given = secret ? "" : `, not ${JSON.stringify(value)}`;
  const refuse = (what: string) => new SettingRefused(`${where} must be ${what}${given}.`);
  switch (type) {
    case "string":
      if (typeof value !== "string" || value === "") throw refuse("a text that is not empty");
      return value;
    case "boolean":
      if (value === true || value === "true" || value === "1") return true;
      if (value === false || value === "false" || value === "0") return false;
      throw refuse("true or false");
    case "integer": {
      const number = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
      if (typeof number !== "number" || !Number.isSafeInteger(number)) throw refuse("a whole number");
      if (/port$/i.test(name) && (number < 0 || number > 65_535)) throw refuse("a port, 0 to 65535");
      return number;
    }
    case "list":
      if (Array.isArray(value) && value.every((part) => typeof part === "string" && part !== "")) return value;
      throw refuse("a list of texts");
  }
}
