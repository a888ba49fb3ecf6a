// `npm run prove -- segments [-- --texts 100000 --seed 1]`
import { parseArgs } from "node:util";
import { compareWithCalculator } from "../test/support/segments-calculator.ts";

const { values } = parseArgs({
  options: {
    texts: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 1e9) },
  },
});
const options = { texts: Number(values.texts), seed: Number(values.seed) };
const { disagreement, ...facts } = compareWithCalculator(options);
console.log({ ...options, ...facts });
if (disagreement !== null || facts.compared < options.texts) {
  console.error(`  VIOLATED: ${disagreement ?? "too few texts could be compared"}`);
  process.exitCode = 1;
}
