// Refuses imports that the design does not draw. `npm run check:structure`
import { checkStructure } from "./lib/structure.mjs";
import { ROOT } from "./lib/workspace.mjs";

const findings = checkStructure(ROOT);
for (const { rule, file, line, message } of findings) console.error(`${file}:${line} ${rule}: ${message}`);
if (findings.length > 0) process.exitCode = 1;
else console.log("Imports follow the design.");
