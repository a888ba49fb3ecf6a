import { readFile } from "node:fs/promises";

/** Where settings come from, the first that has one wins: a flag, the environment, a file. */
export interface SettingSources {
  /** As the command line gave them, by name in kebab-case; `true` for a flag without a value. */
  flags?: Readonly<Record<string, string | boolean | undefined>>;
  /** Read as `TRUNKLINE_<NAME>`, and as `TRUNKLINE_<NAME>_FILE`, the path of a file that holds the value. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Content of a configuration file: JSON, one object, names as flags. */
  file?: Readonly<Record<string, unknown>>;
}

/** A setting that cannot be used; the message names where it came from and what would be right. */
export class SettingRefused extends Error {
  override readonly name = "SettingRefused";
}

/** Reads settings by name in kebab-case, such as `database-url`. */
export interface Settings {
  text(name: string): Promise<string | undefined>;
  /** A whole number from `min` to `max`. */
  count(name: string, range: { min: number; max: number }): Promise<number | undefined>;
  /** Several values: separated by commas, or a list in the file. */
  list(name: string): Promise<string[]>;
  isOn(name: string): Promise<boolean>;
}

interface Found {
  value: unknown;
  /** For people: `--port`, `TRUNKLINE_PORT`, `"port" in the configuration file`. */
  source: string;
}

export function readSettings({ flags = {}, env = {}, file = {} }: SettingSources): Settings {
  async function find(name: string): Promise<Found | undefined> {
    const flag = flags[name];
    if (flag !== undefined) return { value: flag, source: `--${name}` };
    const variable = `TRUNKLINE_${name.toUpperCase().replaceAll("-", "_")}`;
    const value = env[variable];
    if (value !== undefined && value !== "") return { value, source: variable };
    const path = env[`${variable}_FILE`];
    if (path !== undefined && path !== "")
      return { value: await readSecret(path, `${variable}_FILE`), source: variable };
    return file[name] === undefined ? undefined : { value: file[name], source: `"${name}" in the configuration file` };
  }

  async function text(name: string): Promise<string | undefined> {
    const found = await find(name);
    if (found === undefined) return undefined;
    if (typeof found.value === "string" && found.value !== "") return found.value;
    if (typeof found.value === "number") return String(found.value);
    throw new SettingRefused(`${found.source} needs a value.`);
  }

  return {
    text,
    async count(name, { min, max }) {
      const found = await find(name);
      if (found === undefined) return undefined;
      const value = typeof found.value === "string" && /^\d+$/.test(found.value) ? Number(found.value) : found.value;
      if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
      throw new SettingRefused(`${found.source} must be a whole number from ${min} to ${max}.`);
    },
    async list(name) {
      const found = await find(name);
      if (Array.isArray(found?.value) && found.value.every((item) => typeof item === "string")) return found.value;
      const joined = await text(name);
      return (joined ?? "").split(",").flatMap((part) => (part.trim() === "" ? [] : [part.trim()]));
    },
    async isOn(name) {
      const found = await find(name);
      if (found === undefined) return false;
      if (typeof found.value === "boolean") return found.value;
      if (found.value === "true" || found.value === "1") return true;
      if (found.value === "false" || found.value === "0") return false;
      throw new SettingRefused(`${found.source} must be true or false.`);
    },
  };
}

/**
 * Reads a configuration file.
 *
 * @throws SettingRefused when it is not there or holds no JSON object
 */
export async function readConfigurationFile(path: string): Promise<Record<string, unknown>> {
  const content = await readSecret(path, "the configuration file");
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // told below: the parser's words would quote the file, which may hold secrets
  }
  throw new SettingRefused(`${path} must hold one JSON object.`);
}

async function readSecret(path: string, source: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (cause) {
    throw new SettingRefused(`${source} names ${path}, which cannot be read.`, { cause });
  }
}
