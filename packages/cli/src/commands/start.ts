import { command, type OptionSpecs } from "../command-line/command.ts";
import { DEFAULT_DATA_DIR, DEFAULT_PORTS } from "../default-places.ts";
import { MEDIA_OPTIONS } from "../media-options.ts";
import { MICROSOFT_OPTIONS } from "../microsoft-options.ts";
import { STORE_OPTIONS } from "../store-options.ts";
import { untilAborted } from "../until-aborted.ts";

/** Everything that a gateway is started with; whoever looks at its configuration reads the same. */
export const START_OPTIONS = {
  port: {
    type: "integer",
    about: "Port to listen on; 0 takes any free one.",
    value: "PORT",
    preset: String(DEFAULT_PORTS.gateway),
  },
  host: {
    type: "string",
    about: "Address to listen on. Anything beyond this machine needs a master key.",
    value: "HOST",
    preset: "127.0.0.1",
  },
  ...STORE_OPTIONS,
  ...MEDIA_OPTIONS,
  natsUrl: {
    type: "string",
    about: "NATS server that wakes the other nodes of a cluster.",
    value: "URL",
    secret: true,
  },
  publicUrl: { type: "string", about: "Address under which carriers and browsers reach the gateway.", value: "URL" },
  allowOrigin: {
    type: "list",
    about: "Origin whose pages may call the gateway for every tenant; each tenant has a list of its own as well.",
    value: "ORIGIN",
  },
  masterKey: {
    type: "string",
    about: "Key that seals secrets in the store: 32 bytes in base64. On this machine alone one is made and kept.",
    value: "KEY",
    secret: true,
  },
  masterKeyFile: { type: "string", about: "File that holds the master key.", value: "FILE", flagOnly: true },
  metricsPort: {
    type: "integer",
    about: "Serves metrics for Prometheus on this port, on the same host.",
    value: "PORT",
  },
  requestsPerSecond: {
    type: "integer",
    about: "Calls a second that each tenant may make, where it has no limit of its own; 1000 when absent.",
    value: "N",
  },
  ...MICROSOFT_OPTIONS,
  allowPrivateUrls: {
    type: "boolean",
    about: "Lets webhooks and carriers be at private addresses. For development only.",
  },
  sandbox: {
    type: "string",
    about:
      "Attaches to a simulated world, as trunkline sandbox prints it. Needs a store that a sandbox made, or a new one.",
    value: "URL",
  },
  logLevel: { type: "string", about: "error, warn, info or debug.", value: "LEVEL", preset: "info" },
  config: { type: "string", about: "JSON file with options by their names, such as databaseUrl.", value: "FILE" },
} as const satisfies OptionSpecs;

/** `trunkline start`: a gateway. */
export const start = command({
  name: "start",
  about: "Starts a gateway.",
  details:
    "Without options it runs on this machine alone, on an embedded database that needs nothing installed. At its first start it makes an operator key and says where it is.",
  options: START_OPTIONS,
  examples: [
    "trunkline start",
    "trunkline start --port 0 --sandbox http://127.0.0.1:4081",
    "TRUNKLINE_DATABASE_URL_FILE=/run/secrets/db trunkline start --host 0.0.0.0 --master-key-file /run/secrets/key",
  ],
  async run({ port, host = "127.0.0.1", data = DEFAULT_DATA_DIR, masterKeyFile, masterKey, ...options }, _, terminal) {
    const { startGateway } = await import("../start-gateway.ts");
    const gateway = await startGateway({
      ...options,
      port: port ?? DEFAULT_PORTS.gateway,
      host,
      dataDir: data,
      masterKey: masterKeyFile === undefined ? masterKey : { file: masterKeyFile },
      note: terminal.note,
    });
    terminal.out(`trunkline listening on ${gateway.url}`);
    await untilAborted(terminal.stopped);
    await gateway.stop();
  },
});
