// `npm run bench [-- --list | name …]`: the measurements behind the numbers that the documentation gives.
import { runRigs } from "./lib/rigs.mjs";

await runRigs("bench");
