import { parseArgs } from "node:util";
import { didYouMean, type GivenSetting, readSettings, SettingRefused } from "@trunkline/gateway/node/settings";
import { type OptionSpecs, type RawValues, UsageError } from "./command.ts";

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
  try {
    return { values: readSettings({ specs, env, flags }) as RawValues, operands, help };
  } catch (cause) {
    throw cause instanceof SettingRefused ? new UsageError(cause.message, { cause }) : cause;
  }
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
  const flags = new Map<string, GivenSetting>();
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

/** `databaseUrl` -> `--database-url` */
export function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
