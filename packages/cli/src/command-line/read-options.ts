import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type OptionSpec, type OptionSpecs, type RawValues, UsageError } from "./command.ts";
import { didYouMean } from "./suggest.ts";

export interface ReadOptions {
  readonly values: RawValues;
  readonly operands: readonly string[];
  readonly help: boolean;
}

export interface Sources {
  readonly specs: OptionSpecs;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How many operands the command takes. */
  readonly operands: number;
}

/** Where a value was found, for messages. */
interface Found {
  readonly value: unknown;
  readonly where: string;
}

/**
 * Reads a command's options: a flag goes before the environment, the environment before the file that `--config` names.
 *
 * @throws UsageError when anything is unknown, given twice, or of the wrong kind
 */
export function readOptions({ specs, args, env, operands: expected }: Sources): ReadOptions {
  const { flags, operands, help } = readFlags(specs, args);
  if (help) return { values: {}, operands, help };
  if (operands.length > expected) throw new UsageError(`Unexpected argument: ${operands[expected]}.`);
  if (operands.length < expected) throw new UsageError("An argument is missing.");
  const config = specs.config === undefined ? {} : readConfig(specs, flags, env);
  const values: Record<string, string | number | boolean | readonly string[]> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const found = flags.get(name) ?? fromEnvironment(name, spec, env) ?? config[name];
    if (found !== undefined) values[name] = convert(name, spec, found);
  }
  return { values, operands, help };
}

function readFlags(specs: OptionSpecs, args: readonly string[]) {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(
        Object.entries(specs).map(([name, { type }]) => [
          flagName(name).slice(2),
          { type: type === "boolean" ? ("boolean" as const) : ("string" as const) },
        ]),
      ),
      help: { type: "boolean", short: "h" },
    },
  });
  const names = new Map(Object.keys(specs).map((name) => [flagName(name), name]));
  const flags = new Map<string, Found>();
  const operands: string[] = [];
  let help = false;
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    if (token.name === "help") {
      help = true;
      continue;
    }
    const name = names.get(token.rawName);
    const spec = name === undefined ? undefined : specs[name];
    if (name === undefined || !spec) {
      throw new UsageError(`Unknown option: ${token.rawName}.${didYouMean(token.rawName, [...names.keys()])}`);
    }
    if (spec.type === "boolean") {
      if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value.`);
      flags.set(name, { value: true, where: token.rawName });
    } else if (token.value === undefined || (!token.inlineValue && token.value.startsWith("--"))) {
      throw new UsageError(`${token.rawName} needs a value.`);
    } else if (spec.type === "list") {
      const before = flags.get(name)?.value;
      flags.set(name, { value: [...(Array.isArray(before) ? before : []), token.value], where: token.rawName });
    } else {
      if (flags.has(name)) throw new UsageError(`${token.rawName} is given twice.`);
      flags.set(name, { value: token.value, where: token.rawName });
    }
  }
  return { flags, operands, help };
}

function fromEnvironment(name: string, spec: OptionSpec, env: Sources["env"]): Found | undefined {
  if (spec.flagOnly) return undefined;
  const variable = variableName(name);
  const value = env[variable];
  const path = spec.secret ? env[`${variable}_FILE`] : undefined;
  if (value !== undefined && path !== undefined) {
    throw new UsageError(`${variable} and ${variable}_FILE are both set; unset one.`);
  }
  if (path !== undefined) return { value: readText(path, `${variable}_FILE`).trim(), where: `${variable}_FILE` };
  if (value === undefined || value === "") return undefined;
  return { value: spec.type === "list" ? value.split(",").map((part) => part.trim()) : value, where: variable };
}

function readConfig(specs: OptionSpecs, flags: ReadonlyMap<string, Found>, env: Sources["env"]): Record<string, Found> {
  const path = flags.get("config")?.value ?? env.TRUNKLINE_CONFIG;
  if (typeof path !== "string") return {};
  let content: unknown;
  try {
    content = JSON.parse(readText(path, "--config"));
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${path} is not valid JSON.`, { cause });
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new UsageError(`${path} must hold a JSON object.`);
  }
  const allowed = Object.keys(specs).filter((name) => !specs[name]?.flagOnly && name !== "config");
  const found: Record<string, Found> = {};
  for (const [name, value] of Object.entries(content)) {
    if (!allowed.includes(name)) throw new UsageError(`${path}: unknown option "${name}".${didYouMean(name, allowed)}`);
    found[name] = { value, where: `${path}: ${name}` };
  }
  return found;
}

function readText(path: string, where: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new UsageError(`${where}: cannot read ${path}.`, { cause });
  }
}

function convert(name: string, { type }: OptionSpec, { value, where }: Found) {
  const refuse = (what: string) => new UsageError(`${where} must be ${what}, not ${JSON.stringify(value)}.`);
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
      if (/port$/i.test(name) && number > 65_535) throw refuse("a port, 0 to 65535");
      return number;
    }
    case "list":
      if (Array.isArray(value) && value.every((part) => typeof part === "string" && part !== "")) return value;
      throw refuse("a list of texts");
  }
}

/** `databaseUrl` -> `--database-url` */
export function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `databaseUrl` -> `TRUNKLINE_DATABASE_URL` */
export function variableName(name: string): string {
  return `TRUNKLINE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
