import {
  MICROSOFT_FEATURES,
  type PlannedPermission,
  plannedPermissions,
  planPermissions,
} from "@trunkline/protocol/permissions";
import { JSON_OPTION } from "../administration.ts";
import { command } from "../command-line/command.ts";
import { readFeatures } from "../microsoft/read-features.ts";
import { type Columns, printAll } from "../print-entities.ts";

const COLUMNS: Columns<PlannedPermission> = {
  PERMISSION: ({ name }) => name,
  KIND: ({ kind }) => kind,
  ADMIN: ({ adminConsent }) => (adminConsent ? "yes" : "no"),
  "NEEDED FOR": ({ neededFor }) => neededFor.map(({ feature }) => feature).join(" "),
  WHY: ({ neededFor }) => [...new Set(neededFor.map(({ reason }) => reason))].join(" "),
};

/** `trunkline permissions`: what to ask of Microsoft 365. */
export const permissions = command({
  name: "permissions",
  about: "Tells which permissions of Microsoft 365 features need, and why. It asks no gateway.",
  details: `Features: ${MICROSOFT_FEATURES.join(", ")}.`,
  options: {
    features: {
      type: "list",
      about: "What is to be used: one or several features, separated by commas.",
      value: "FEATURES",
      preset: "all",
      flagOnly: true,
    },
    ...JSON_OPTION,
  },
  examples: ["trunkline permissions --features messaging,contact_sync", "trunkline permissions --json"],
  async run({ features, json }, _operands, terminal) {
    const plan = planPermissions(features ? readFeatures(features) : MICROSOFT_FEATURES);
    if (json) return terminal.out(JSON.stringify(plan, null, 2));
    printAll(terminal, plannedPermissions(plan), { json, columns: COLUMNS });
    if (plan.adminConsent) terminal.note("\nAn admin of the organisation must consent.");
  },
});
