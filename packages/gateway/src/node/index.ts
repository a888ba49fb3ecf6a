/* What needs Node: the HTTP server, the stores on disk, buses between processes, logs and metrics. */

export { DirectoryInUse, lockDirectory } from "./directory-lock.ts";
export { type GuardedFetch, type GuardedFetchOptions, guardedFetch, type Lookup } from "./guarded-fetch.ts";
export { accessLog, type LoggerOptions, pinoLogger } from "./logger.ts";
export {
  assertMayListen,
  directoryMasterKey,
  isLoopback,
  MasterKeyRefused,
  type MasterKeys,
  parseMasterKeys,
} from "./master-key.ts";
export { directoryBlobs } from "./media/directory-blobs.ts";
export { type MediaSettingValues, mediaBucket } from "./media/media-settings.ts";
export { mediaTools } from "./media/media-tools.ts";
export { type MediaWorkshopOptions, mediaWorkshop } from "./media/media-workshop.ts";
export { type S3BlobsOptions, s3Blobs } from "./media/s3-blobs.ts";
export { createMetrics, type Metrics } from "./metrics.ts";
export { type MicrosoftClientOptions, type MicrosoftCredential, microsoftClient } from "./microsoft-client.ts";
export { type MicrosoftSettingValues, microsoftRegistration } from "./microsoft-settings.ts";
export { type NatsBusOptions, natsBus } from "./nats-bus.ts";
export { type NotifyBusOptions, notifyBus } from "./notify-bus.ts";
export { openPgliteDirectory, openPgliteMemory, type PgliteDirectoryOptions } from "./pglite-store.ts";
export { type PostgresOptions, postgresEngine } from "./postgres.ts";
export { type RunningServer, type ServeOptions, serve } from "./serve.ts";
export {
  type GivenSetting,
  readSettings,
  SettingRefused,
  type SettingSources,
  type SettingSpec,
  type SettingSpecs,
  type SettingValues,
} from "./settings.ts";
