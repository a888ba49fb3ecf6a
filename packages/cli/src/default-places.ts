import { join } from "node:path";

/** Where a gateway keeps its data and its keys unless told otherwise. */
export const DEFAULT_DATA_DIR = "trunkline-data";
/** Ports of the programs unless told otherwise. */
export const DEFAULT_PORTS = { gateway: 4080, world: 4081, demo: 4082 } as const;

/** The file with the key that operates a gateway, made at its first start. */
export function operatorKeyPath(dataDir: string): string {
  return join(dataDir, "operator.key");
}
