// `npm run prove [-- --list | name …]`: the long rigs that try to break a promise (crashes, races, floods).
import { runRigs } from "./lib/rigs.mjs";

await runRigs("prove");
