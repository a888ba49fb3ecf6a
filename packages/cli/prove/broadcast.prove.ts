// `npm run prove -- broadcast [-- --store postgres --recipients 10000 --kills 10]`
import { parseArgs } from "node:util";
import { runBroadcastRig } from "./broadcast-rig.ts";

const { values } = parseArgs({
  options: {
    store: { type: "string" },
    recipients: { type: "string", default: "10000" },
    kills: { type: "string", default: "10" },
    stops: { type: "string", default: "0.05" },
  },
});
const stores = (["pglite", "postgres"] as const).filter((store) => (values.store ?? store) === store);
for (const store of stores) {
  console.log(`\n${store}: ${values.recipients} recipients, ${values.kills} kills, ${values.stops} say STOP`);
  const { violations, ...facts } = await runBroadcastRig({
    store,
    recipients: Number(values.recipients),
    kills: Number(values.kills),
    stops: Number(values.stops),
    note: (line) => console.log(`  ${line}`),
  });
  console.log(facts);
  for (const [kind, cases] of violations) {
    console.error(`  VIOLATED: ${kind}, ${cases.length} times: ${cases.slice(0, 5).join("; ")}`);
    process.exitCode = 1;
  }
}
