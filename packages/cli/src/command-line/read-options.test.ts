import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { UsageError } from "./command.ts";
import { readOptions } from "./read-options.ts";

const folder = mkdtempSync(join(tmpdir(), "trunkline-options-"));
afterAll(() => rmSync(folder, { recursive: true }));
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const SPECS = {
  port: { type: "integer", about: "" },
  host: { type: "string", about: "" },
  databaseUrl: { type: "string", about: "", secret: true },
  allowOrigin: { type: "list", about: "" },
  verbose: { type: "boolean", about: "" },
  config: { type: "string", about: "" },
  reset: { type: "boolean", about: "", flagOnly: true },
} as const;

const read = (args: string[], env: Record<string, string> = {}, operands = 0) =>
  readOptions({ specs: SPECS, args, env, operands });

test("a flag goes before the environment, the environment before the file", () => {
  const config = file("config.json", JSON.stringify({ port: 1, host: "file", databaseUrl: "file", verbose: true }));
  const env = { TRUNKLINE_PORT: "2", TRUNKLINE_HOST: "env" };
  expect(read(["--port", "3", "--config", config], env).values).toEqual({
    port: 3,
    host: "env",
    databaseUrl: "file",
    verbose: true,
    config,
  });
  expect(read([], { TRUNKLINE_CONFIG: config }).values).toMatchObject({ port: 1 });
});

test("lists repeat on the command line and are separated by commas in the environment", () => {
  expect(read(["--allow-origin", "a", "--allow-origin=b"]).values).toEqual({ allowOrigin: ["a", "b"] });
  expect(read([], { TRUNKLINE_ALLOW_ORIGIN: "a, b" }).values).toEqual({ allowOrigin: ["a", "b"] });
});

test("operands are what remains, and -- ends the options", () => {
  expect(read(["one", "--verbose", "two"], {}, 2).operands).toEqual(["one", "two"]);
  expect(read(["--", "--port"], {}, 1).operands).toEqual(["--port"]);
});

test.each([
  ["an unknown option", ["--prot", "1"], {}, /Unknown option: --prot\. Did you mean --port\?/],
  ["an unknown short option", ["-p", "1"], {}, /Unknown option: -p\./],
  ["an option without its value", ["--port"], {}, /--port needs a value/],
  ["an option that swallows the next one", ["--host", "--verbose"], {}, /--host needs a value/],
  ["a value for a switch", ["--verbose=yes"], {}, /takes no value/],
  ["a port that is none", ["--port", "70000"], {}, /--port must be a port/],
  ["a number that is none", ["--port", "1e3"], {}, /--port must be a whole number, not "1e3"/],
  ["a wrong variable", [], { TRUNKLINE_VERBOSE: "maybe" }, /TRUNKLINE_VERBOSE must be true or false/],
  ["an option twice", ["--host", "a", "--host", "b"], {}, /given twice/],
  ["too many arguments", ["extra"], {}, /Unexpected argument: extra/],
  ["a file that is not there", ["--config", "/nowhere/at/all"], {}, /cannot read \/nowhere/],
])("%s is refused, and it is said why", (_, args, env, message) => {
  expect(() => read(args, env)).toThrow(UsageError);
  expect(() => read(args, env)).toThrow(message);
});

test("asking for help asks for nothing else", () => {
  expect(read(["--help"], {}, 1)).toMatchObject({ help: true });
  expect(read(["-h"])).toMatchObject({ help: true });
});
