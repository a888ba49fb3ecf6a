import { chmod, open, readFile } from "node:fs/promises";
import { CommandFailed } from "./command-line/command.ts";
import { operatorKeyPath } from "./default-places.ts";

/** Keeps a new operator key in the data directory, for its owner alone, and gives the file's path. */
export async function keepOperatorKey(dataDir: string, key: string): Promise<string> {
  const path = operatorKeyPath(dataDir);
  const file = await open(path, "w", 0o600);
  try {
    await chmod(path, 0o600); // a file that was there before keeps its mode
    await file.writeFile(`${key}\n`);
    await file.sync(); // it is kept nowhere else
  } finally {
    await file.close();
  }
  return path;
}

/** The operator key that the data directory keeps. */
export async function keptOperatorKey(dataDir: string): Promise<string> {
  const path = operatorKeyPath(dataDir);
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (cause) {
    throw new CommandFailed(
      `The store has an operator key, and ${path} does not have it; the simulated world needs it to seed the gateway. Start with the data directory that the store was made with.`,
      { cause },
    );
  }
}
