import { command, UsageError } from "../command-line/command.ts";
import { DEFAULT_PORTS } from "../default-places.ts";
import { untilAborted } from "../until-aborted.ts";

/** `trunkline dev`: everything on this machine, to be tried. */
export const dev = command({
  name: "dev",
  about: "Runs a gateway, a simulated world and the demo page on this machine, and says where.",
  details:
    "Nothing has to be installed or signed up for, nobody is texted, and nothing is kept unless --data says where.",
  options: {
    port: {
      type: "integer",
      about: "Port of the demo page; 0 takes any free one.",
      value: "PORT",
      preset: `${DEFAULT_PORTS.demo}, or any free one`,
      flagOnly: true,
    },
    data: {
      type: "string",
      about: "Keeps everything in this folder.",
      value: "DIR",
      preset: "in memory",
      flagOnly: true,
    },
    seed: {
      type: "string",
      about: "Conversations to begin with: demo or none.",
      value: "WHAT",
      preset: "demo",
      flagOnly: true,
    },
  },
  examples: ["trunkline dev", "trunkline dev --seed none --data ./playground"],
  async run({ port, data, seed = "demo" }, _operands, { out, note, stopped }) {
    if (seed !== "demo" && seed !== "none") throw new UsageError(`--seed must be demo or none, not ${seed}.`);
    const { startDev } = await import("../start-dev.ts");
    const running = await startDev({ demoPort: port, dataDir: data ?? null, seed: seed === "demo", note });
    out(`sandbox listening on ${running.worldUrl}`);
    out(`trunkline listening on ${running.gatewayUrl}`);
    out(`demo listening on ${running.demoUrl}`);
    note(`\nOpen ${running.demoUrl} and text the business from the phone beside the page. Ctrl+C ends it all.`);
    await untilAborted(stopped);
    await running.stop();
  },
});
