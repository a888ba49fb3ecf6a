// `npm run prove -- kill [-- --store postgres --kills 10 --seconds 20 --per-second 100]`
import { parseArgs } from "node:util";
import { runKillRig } from "./kill-rig.ts";

const { values } = parseArgs({
  options: {
    store: { type: "string" },
    kills: { type: "string", default: "10" },
    seconds: { type: "string", default: "20" },
    "per-second": { type: "string", default: "100" },
  },
});
const stores = (["pglite", "postgres"] as const).filter((store) => (values.store ?? store) === store);
for (const store of stores) {
  console.log(`\n${store}: ${values["per-second"]} texts/s both ways, ${values.kills} kills`);
  const { violations, ...facts } = await runKillRig({
    store,
    perSecond: Number(values["per-second"]),
    seconds: Number(values.seconds),
    kills: Number(values.kills),
    note: (line) => console.log(`  ${line}`),
  });
  console.log(facts);
  for (const [kind, cases] of violations) {
    console.error(`  VIOLATED: ${kind}, ${cases.length} times: ${cases.slice(0, 5).join("; ")}`);
    process.exitCode = 1;
  }
}
