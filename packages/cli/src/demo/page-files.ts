import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** One file of the page, as it is served. */
export interface PageFile {
  readonly type: string;
  readonly content: string;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Address at which the page finds the inbox. */
const INBOX_PATH = "/trunkline-inbox.js";

/** Reads the page and the inbox's bundle. Addresses are the files' paths; `/` is the page itself. */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  // Beside this module both in the sources and in the build, which copies the folder.
  const files = await pagesIn(new URL("./page/", import.meta.url));
  return new Map([...files, [INBOX_PATH, { type: TYPES[".js"] ?? "", content: await inboxBundle() }]]);
}

/** The servable files of a folder, by the address at which they are served. */
export async function pagesIn(folder: URL): Promise<Map<string, PageFile>> {
  const files = new Map<string, PageFile>();
  const root = fileURLToPath(folder);
  for (const entry of await readdir(root, { recursive: true })) {
    const type = TYPES[extname(entry)];
    if (type === undefined) continue;
    const path = `/${entry.replaceAll("\\", "/")}`;
    files.set(path === "/index.html" ? "/" : path, { type, content: await readFile(join(root, entry), "utf8") });
  }
  return files;
}

async function inboxBundle(): Promise<string> {
  const path = fileURLToPath(import.meta.resolve("@trunkline/inbox/cdn"));
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new Error("The inbox's bundle is missing. In a clone, `npm run build inbox` makes it.", { cause });
  }
}
