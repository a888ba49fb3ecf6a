import type { CommandGroup } from "../command-line/command.ts";
import { dev } from "./dev.ts";
import { doctor } from "./doctor.ts";
import { keys } from "./keys.ts";
import { listen } from "./listen.ts";
import { migrate } from "./migrate.ts";
import { permissions } from "./permissions.ts";
import { sandbox } from "./sandbox.ts";
import { setup } from "./setup.ts";
import { start } from "./start.ts";
import { tenants } from "./tenants.ts";
import { users } from "./users.ts";

/** The `trunkline` command with everything it can do. */
export const trunkline: CommandGroup = {
  kind: "group",
  name: "trunkline",
  about: "Business text messaging for Microsoft Teams and any CRM.",
  details: "To see it at work on this machine, with nothing installed and nobody texted: trunkline dev",
  commands: [dev, start, sandbox, migrate, tenants, keys, users, listen, permissions, setup, doctor],
};
