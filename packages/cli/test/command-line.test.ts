import { expect, test } from "vitest";
import { trunkline } from "./support/program.ts";

test("help says what there is, for the command and for each part of it, with examples", async () => {
  const root = await trunkline(["--help"]);
  expect(root.code).toBe(0);
  for (const name of [
    "dev",
    "start",
    "sandbox",
    "migrate",
    "tenants",
    "keys",
    "users",
    "listen",
    "permissions",
    "doctor",
  ]) {
    expect(root.stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
  }
  for (const path of [
    ["start"],
    ["sandbox"],
    ["dev"],
    ["migrate"],
    ["listen"],
    ["doctor"],
    ["tenants", "create"],
    ["keys", "create"],
  ]) {
    const help = await trunkline([...path, "--help"]);
    expect(help.code, help.stderr).toBe(0);
    expect(help.stdout).toContain(`Usage: trunkline ${path.join(" ")}`);
    expect(help.stdout).toMatch(/^Examples:\n {2}\S/m);
  }
});

test.each([
  ["no command", [], /Usage: trunkline <command>/],
  ["an unknown command", ["strat"], /There is no command "trunkline strat"\. Did you mean start\?/],
  ["an unknown part", ["keys", "creat"], /Did you mean create\?/],
  ["an unknown option", ["start", "--prot", "1"], /Unknown option: --prot\. Did you mean --port\?/],
  ["a wrong value", ["start", "--port", "eighty"], /--port must be a whole number/],
  ["a missing operand", ["tenants", "get"], /An argument is missing/],
  ["a missing option", ["listen"], /--forward-to URL/],
  [
    "an event that is none",
    ["listen", "--forward-to", "http://localhost:1", "--events", "mesage.*"],
    /Did you mean message\.\*\?/,
  ],
  ["a feature that is none", ["permissions", "--features", "mail,meating"], /Did you mean meetings\?/],
  ["no key", ["tenants", "list", "--data", "/nowhere"], /There is no key in \/nowhere/],
])("%s is a mistake of the caller's: exit code 2, and it is said what would be right", async (_, args, message) => {
  const { code, stdout, stderr } = await trunkline(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/ {4}at /);
});

test("a gateway that is not there is a failure: exit code 1, and a hint", async () => {
  const { code, stderr } = await trunkline(["tenants", "list", "--gateway", "http://127.0.0.1:1", "--key", "tlo_none"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/Is the gateway running at http:\/\/127\.0\.0\.1:1\?/);
});

test("permissions are told without a gateway: as a table with reasons, and as JSON for programs", async () => {
  const { code, stdout, stderr } = await trunkline(["permissions", "--features", "directory,presence_read"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^User\.Read\.All +application +yes +directory presence_read +Follows colleagues/m);
  expect(stdout).not.toContain("User.ReadBasic.All"); // the wider one includes it
  expect(stderr).toContain("An admin of the organisation must consent.");
  const json = await trunkline(["permissions", "--features", "contact_sync", "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({ features: ["contact_sync"], adminConsent: false, application: [] });
});
