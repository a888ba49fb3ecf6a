import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { needsAdmin, USER_GRANTABLE } from "./permission-consent.ts";

interface Contract {
  readonly permissions: Readonly<
    Record<string, { readonly delegated?: { readonly adminConsentRequired: boolean } } | undefined>
  >;
}

const contracts = process.env.TRUNKLINE_CONTRACTS ?? join(import.meta.dirname, "../../../../../../shared/contracts");
const file = join(contracts, "graph-permissions.json");
const contract = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Contract) : null;
if (contract === null) process.stdout.write(`entra: no ${file}, so who may consent to what is not compared with it\n`);

test("who may consent to a delegated permission is as Microsoft publishes it", () => {
  if (contract === null) return;
  const delegated = Object.entries(contract.permissions).flatMap(([name, permission]) =>
    permission?.delegated ? [{ name, needsAdmin: permission.delegated.adminConsentRequired }] : [],
  );
  expect(delegated.length).toBeGreaterThan(100);
  expect(delegated.map(({ name }) => ({ name, needsAdmin: needsAdmin(name) }))).toEqual(delegated);
});

test("what a user may grant exists", () => {
  if (contract === null) return;
  const unknown = Object.keys(USER_GRANTABLE).filter((name) => !contract.permissions[name]?.delegated);
  expect(unknown).toEqual([]);
});
