// A world as a process of its own, for tests that kill it: `node world-process.ts DIR PORT`.
import { startWorld } from "../src/node/index.ts";

const [dataDir = "", port = "0"] = process.argv.slice(2);
const { url } = await startWorld({ dataDir, port: Number(port) });
process.stdout.write(`${url}\n`);
