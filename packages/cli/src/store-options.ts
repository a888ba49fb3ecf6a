import type { OptionSpecs } from "./command-line/command.ts";
import { DEFAULT_DATA_DIR } from "./default-places.ts";

/** Options that say where a gateway keeps what it knows. */
export const STORE_OPTIONS = {
  data: {
    type: "string",
    about: "Data directory: the embedded database, keys made at the first start. One gateway at a time.",
    value: "DIR",
    preset: `./${DEFAULT_DATA_DIR}`,
  },
  databaseUrl: {
    type: "string",
    about: "PostgreSQL 15 or newer instead of the embedded database: postgres://user:password@host/database.",
    value: "URL",
    secret: true,
  },
} as const satisfies OptionSpecs;
