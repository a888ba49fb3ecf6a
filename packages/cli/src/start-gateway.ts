import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createGateway, type GatewayOptions, type Logger, StoreRefused } from "@trunkline/gateway";
import {
  accessLog,
  assertMayListen,
  createMetrics,
  DirectoryInUse,
  directoryMasterKey,
  guardedFetch,
  isLoopback,
  MasterKeyRefused,
  type MasterKeys,
  type MediaSettingValues,
  type MicrosoftSettingValues,
  mediaBucket,
  mediaTools,
  microsoftRegistration,
  natsBus,
  notifyBus,
  parseMasterKeys,
  pinoLogger,
  serve,
} from "@trunkline/gateway/node";
import { SettingRefused } from "@trunkline/gateway/node/settings";
import { attachToWorld, type WorldAttachment, WorldRefused } from "@trunkline/sandbox/node";
import { CommandFailed, UsageError } from "./command-line/command.ts";
import { nodeName } from "./node-name.ts";
import { keepOperatorKey, keptOperatorKey } from "./operator-key.ts";
import { openStore, type StorePlace } from "./store.ts";

export interface StartGatewayOptions extends StorePlace, MicrosoftSettingValues, MediaSettingValues {
  port: number;
  host: string;
  /** The master key itself, or the file that holds it; without either one is made, which loopback alone allows. */
  masterKey?: string | { file: string } | undefined;
  natsUrl?: string | undefined;
  publicUrl?: string | undefined;
  allowOrigin?: readonly string[] | undefined;
  metricsPort?: number | undefined;
  requestsPerSecond?: number | undefined;
  /** Lets tenants name addresses that are not public, such as a webhook's. */
  allowPrivateUrls?: boolean | undefined;
  /** Address of a simulated world to attach to. */
  sandbox?: string | undefined;
  logLevel?: string | undefined;
  /** A line for people. */
  note: (line: string) => void;
}

/** A gateway that listens and, in a sandbox, has been seeded. */
export interface StartedGateway {
  readonly url: string;
  stop(): Promise<void>;
}

const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;

/**
 * Starts a gateway as a program: store, keys, server, and the simulated world if there is one.
 *
 * @throws UsageError when options contradict each other, CommandFailed when the store or the world refuses
 */
export async function startGateway(options: StartGatewayOptions): Promise<StartedGateway> {
  const { host, sandbox } = options;
  if (options.requestsPerSecond !== undefined && options.requestsPerSecond < 1) {
    throw new UsageError("--requests-per-second must be at least 1.");
  }
  if (sandbox !== undefined && !isLoopback(host)) {
    throw new UsageError(`A gateway in a sandbox listens on this machine only, not on ${host}: anybody could use it.`);
  }
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const url = await begin(options, undo);
    return { url, stop };
  } catch (error) {
    await stop();
    throw inWords(error);
  }
}

/** Builds the gateway up; whatever must be taken down again is put into `undo`, in order. */
async function begin(options: StartGatewayOptions, undo: (() => Promise<void>)[]): Promise<string> {
  const { host, port, dataDir, databaseUrl, sandbox, publicUrl, allowOrigin, metricsPort, requestsPerSecond, note } =
    options;
  const logger = pinoLogger({ level: levelOf(options.logLevel) });
  const logRequest = accessLog(logger);
  const keys = await masterKeysOf(options);
  const microsoft = microsoftRegistration(options);
  if (sandbox !== undefined && microsoft !== undefined) {
    throw new UsageError(
      "A gateway in a sandbox has its registration in the world's Entra ID: leave out --microsoft-….",
    );
  }

  let world: WorldAttachment | undefined;
  if (sandbox !== undefined) {
    world = await attachToWorld({ url: sandbox, logger });
    undo.push(world.close.bind(world));
  }
  const engine = await openStore({ dataDir, databaseUrl });
  const bus = await busOf(options, logger);
  const metrics = metricsPort === undefined ? undefined : createMetrics();
  // The world's carriers, and those who try webhooks out, are on this machine.
  const privateAddresses = options.allowPrivateUrls ? "allow" : sandbox === undefined ? "refuse" : "loopback";
  const outside = guardedFetch({ privateAddresses });
  undo.push(outside.close);
  const gateway = createGateway({
    engine,
    ...keys,
    environment: sandbox === undefined ? "production" : "sandbox",
    outsideFetch: outside.fetch,
    privateAddresses,
    allowedOrigins: allowOrigin ?? [],
    logger,
    media: mediaOf(options),
    ...(bus ? { bus } : {}),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
    ...(microsoft ? { microsoft } : {}),
    ...(world ? { clock: world.clock, microsoft: world.microsoft, fetch: world.fetch } : {}),
    ...(databaseUrl === undefined || dataDir === null ? {} : { node: await nodeName(dataDir) }),
    onRequest: (record) => {
      logRequest(record);
      metrics?.onRequest(record);
    },
    onCarrierMood: (record) => metrics?.onCarrierMood(record),
  });
  undo.push(() => gateway.stop());
  await gateway.start();
  const firstKey = await gateway.firstOperatorKey();
  if (firstKey !== null && dataDir !== null) {
    note(`The operator key of this gateway is in ${await keepOperatorKey(dataDir, firstKey)}. Keep it safe.`);
  }
  const server = await serve({ gateway, port, host });
  // Streams last until the gateway ends them, so the server closes while the gateway stops.
  undo.push(async () => void (await Promise.all([server.close(), gateway.stop()])));
  if (metrics && metricsPort !== undefined) {
    const { close, url } = await metrics.serve({ port: metricsPort, host });
    undo.push(close);
    note(`Metrics are at ${url}.`);
  }
  if (world) {
    const operatorKey = firstKey ?? (dataDir === null ? "" : await keptOperatorKey(dataDir));
    await world.announce({ address: server.url, operatorKey, publicUrl });
  }
  return server.url;
}

async function masterKeysOf({ host, masterKey, dataDir }: StartGatewayOptions): Promise<MasterKeys> {
  assertMayListen({ host, isGiven: masterKey !== undefined });
  if (masterKey === undefined) {
    return dataDir === null
      ? { masterKey: crypto.getRandomValues(new Uint8Array(32)), formerMasterKeys: [] }
      : directoryMasterKey(dataDir);
  }
  if (typeof masterKey === "string") return parseMasterKeys(masterKey);
  const text = await readFile(masterKey.file, "utf8").catch((cause: unknown) => {
    throw new UsageError(`The master key's file ${masterKey.file} cannot be read.`, { cause });
  });
  return parseMasterKeys(text);
}

/** A bucket where one is named, otherwise the data directory. */
function mediaOf({ dataDir, ...options }: StartGatewayOptions): NonNullable<GatewayOptions["media"]> | null {
  const s3 = mediaBucket(options);
  if (s3) return mediaTools({ s3 });
  return dataDir === null ? null : mediaTools({ directory: join(dataDir, "media") });
}

async function busOf({ natsUrl, databaseUrl }: StartGatewayOptions, logger: Logger): Promise<GatewayOptions["bus"]> {
  if (natsUrl !== undefined) return natsBus({ url: natsUrl, logger });
  return databaseUrl === undefined ? undefined : notifyBus({ url: databaseUrl, logger });
}

function levelOf(text = "info"): (typeof LOG_LEVELS)[number] {
  const level = LOG_LEVELS.find((one) => one === text);
  if (level === undefined) throw new UsageError(`--log-level must be one of ${LOG_LEVELS.join(", ")}, not ${text}.`);
  return level;
}

// These say all there is to say; a stack would only hide it.
function inWords(error: unknown): unknown {
  if (error instanceof MasterKeyRefused || error instanceof SettingRefused)
    return new UsageError(error.message, { cause: error });
  if (error instanceof StoreRefused || error instanceof DirectoryInUse || error instanceof WorldRefused) {
    return new CommandFailed(error.message, { cause: error });
  }
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return new CommandFailed("The port is taken. Choose another with --port, or 0 for any free one.", { cause: error });
  }
  return error;
}
