import { command } from "../command-line/command.ts";
import { untilAborted } from "../until-aborted.ts";

/** `trunkline sandbox`: the simulated world as a process of its own. */
export const sandbox = command({
  name: "sandbox",
  about: "Runs a simulated world: carriers, phones, Microsoft 365 and a clock, for gateways started with --sandbox.",
  details:
    "Nothing in it costs money or reaches anybody. It listens on this machine only. What it accepts is written to a journal before it answers, so that nothing is forgotten when it is killed.",
  options: {
    port: {
      type: "integer",
      about: "Port to listen on; 0 takes any free one.",
      value: "PORT",
      preset: "4081",
      flagOnly: true,
    },
    entraPort: {
      type: "integer",
      about: "Port of the simulated Entra ID, over https.",
      value: "PORT",
      preset: "the one of last time, or any free one",
      flagOnly: true,
    },
    data: {
      type: "string",
      about: "Folder of the journal. Without it the world forgets everything when it ends.",
      value: "DIR",
      flagOnly: true,
    },
  },
  examples: ["trunkline sandbox --port 0 --data ./world", "trunkline start --sandbox http://127.0.0.1:4081"],
  async run({ port = 4081, entraPort = 0, data }, _operands, { out, stopped }) {
    const { startWorld } = await import("@trunkline/sandbox/node");
    const world = await startWorld({ port, entraPort, ...(data === undefined ? {} : { dataDir: data }) });
    out(`sandbox listening on ${world.url}`);
    await untilAborted(stopped);
    await world.stop();
  },
});
