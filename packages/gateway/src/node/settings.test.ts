import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type GivenSetting, readSettings, SettingRefused } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "trunkline-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const SPECS = {
  port: { type: "integer" },
  host: { type: "string" },
  databaseUrl: { type: "string", secret: true },
  allowOrigin: { type: "list" },
  verbose: { type: "boolean" },
  config: { type: "string" },
  reset: { type: "boolean", flagOnly: true },
} as const;

const given = (flags: Record<string, unknown>) =>
  new Map(Object.entries(flags).map(([name, value]): [string, GivenSetting] => [name, { value, where: `--${name}` }]));
const read = (env: Record<string, string>, flags: Record<string, unknown> = {}) =>
  readSettings({ specs: SPECS, env, flags: given(flags) });

test("what is given by hand goes before the environment, the environment before a secret's file and the file", () => {
  const config = file("config.json", JSON.stringify({ port: 1, host: "file", databaseUrl: "file", verbose: true }));
  const env = { TRUNKLINE_PORT: "2", TRUNKLINE_HOST: "env", TRUNKLINE_CONFIG: config };
  expect(read(env, { port: "3" })).toEqual({ port: 3, host: "env", databaseUrl: "file", verbose: true, config });
  const secret = file("secret", "postgres://somewhere\n");
  expect(read({ ...env, TRUNKLINE_DATABASE_URL_FILE: secret })).toMatchObject({ databaseUrl: "postgres://somewhere" });
  expect(read({ ...env, TRUNKLINE_DATABASE_URL_FILE: secret }, { databaseUrl: "flag" }).databaseUrl).toBe("flag");
});

test("values have the types of their specs, and what nobody gave is absent", () => {
  const settings = read({ TRUNKLINE_PORT: "0", TRUNKLINE_VERBOSE: "0", TRUNKLINE_ALLOW_ORIGIN: "a, b" });
  const { port, allowOrigin }: { port?: number; allowOrigin?: readonly string[] } = settings;
  expect(settings).toEqual({ port, verbose: false, allowOrigin });
  expect([port, allowOrigin]).toEqual([0, ["a", "b"]]);
  expect(read({ TRUNKLINE_HOST: "", TRUNKLINE_CONFIG: "" })).toEqual({}); // an empty variable is as good as none
});

test("only secrets stand in files of their own", () => {
  expect(read({ TRUNKLINE_HOST_FILE: file("host", "h") })).toEqual({});
});

test("a setting for the hand alone is neither in the environment nor in the file", () => {
  expect(read({ TRUNKLINE_RESET: "true" })).toEqual({});
  expect(read({}, { reset: true })).toEqual({ reset: true });
});

const config = (name: string, text: string) => ({ TRUNKLINE_CONFIG: file(name, text) });
test.each([
  [
    "a variable of the wrong kind",
    { TRUNKLINE_VERBOSE: "maybe" },
    /TRUNKLINE_VERBOSE must be true or false, not "maybe"/,
  ],
  ["a number that is none", { TRUNKLINE_PORT: "1e3" }, /TRUNKLINE_PORT must be a whole number/],
  ["a port that is none", { TRUNKLINE_PORT: "70000" }, /a port, 0 to 65535/],
  ["a port below all", config("low.json", '{"port":-1}'), /a port, 0 to 65535/],
  ["a list with holes", { TRUNKLINE_ALLOW_ORIGIN: "a,,b" }, /a list of texts/],
  ["a secret twice", { TRUNKLINE_DATABASE_URL: "x", TRUNKLINE_DATABASE_URL_FILE: "y" }, /both set/],
  ["a secret's file that is not there", { TRUNKLINE_DATABASE_URL_FILE: "/nowhere/at/all" }, /_URL_FILE: cannot read/],
  [
    "a secret that is empty",
    { TRUNKLINE_DATABASE_URL_FILE: file("empty", "\n") },
    /must be a text that is not empty\.$/,
  ],
  ["a file that is not there", { TRUNKLINE_CONFIG: "/nowhere/at/all" }, /TRUNKLINE_CONFIG: cannot read \/nowhere/],
  ["a file that is not JSON", config("broken.json", "{"), /not valid JSON/],
  ["a file that holds no object", config("list.json", "[]"), /must hold a JSON object/],
  ["a file with an unknown name", config("odd.json", '{"hots":"x"}'), /"hots"\. Did you mean host\?/],
  ["a file with a wrong type", config("type.json", '{"host":5}'), /type\.json: host must be a text/],
  ["a file with what only a hand may give", config("reset.json", '{"reset":true}'), /unknown option "reset"/],
  ["a file that names a file", config("nested.json", '{"config":"x"}'), /unknown option "config"/],
])("%s is refused, and it is said why", (_, env, message) => {
  expect(() => read(env)).toThrow(SettingRefused);
  expect(() => read(env)).toThrow(message);
});

test("no message repeats a secret", () => {
  expect(() => read(config("secret.json", '{"databaseUrl":["postgres://u:hunter2@h/d"]}'))).toThrow(/^(?!.*hunter2)/);
});
