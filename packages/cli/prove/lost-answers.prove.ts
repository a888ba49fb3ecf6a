// `npm run prove -- lost-answers [-- --store postgres --texts 2000 --lost 0.1 --kills 8]`
import { parseArgs } from "node:util";
import { runLostAnswersRig } from "./lost-answers-rig.ts";

const { values } = parseArgs({
  options: {
    store: { type: "string" },
    texts: { type: "string", default: "2000" },
    lost: { type: "string", default: "0.1" },
    kills: { type: "string", default: "8" },
  },
});
const stores = (["pglite", "postgres"] as const).filter((store) => (values.store ?? store) === store);
for (const store of stores) {
  console.log(`\n${store}: ${values.texts} texts for each carrier, ${values.kills} kills`);
  const { violations, ended, ...facts } = await runLostAnswersRig({
    store,
    texts: Number(values.texts),
    lost: Number(values.lost),
    kills: Number(values.kills),
    note: (line) => console.log(`  ${line}`),
  });
  console.log(facts);
  console.table(ended);
  for (const [kind, cases] of violations) {
    console.error(`  VIOLATED: ${kind}, ${cases.length} times: ${cases.slice(0, 5).join("; ")}`);
    process.exitCode = 1;
  }
}
