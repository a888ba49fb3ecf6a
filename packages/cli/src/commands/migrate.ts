import { command } from "../command-line/command.ts";
import { DEFAULT_DATA_DIR } from "../default-places.ts";
import { STORE_OPTIONS } from "../store-options.ts";

/** `trunkline migrate`: brings a store up to date without starting a gateway. */
export const migrate = command({
  name: "migrate",
  about: "Brings the store's schema up to date and ends. The gateway does the same when it starts.",
  details: "Useful before a release: the new gateways then find everything in place. Migrations only go forwards.",
  options: {
    ...STORE_OPTIONS,
    sandboxStore: { type: "boolean", about: "The store belongs to a sandbox.", flagOnly: true },
  },
  examples: ["trunkline migrate --database-url postgres://trunkline@db.example.com/trunkline"],
  async run({ data = DEFAULT_DATA_DIR, databaseUrl, sandboxStore }, _operands, { note }) {
    const { migrateStore } = await import("../store.ts");
    await migrateStore({ dataDir: data, databaseUrl }, sandboxStore ? "sandbox" : "production");
    note("The store is up to date.");
  },
});
