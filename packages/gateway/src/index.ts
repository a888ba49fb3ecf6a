/* The gateway's core, for any host of `fetch`. What needs Node is in `@trunkline/gateway/node`. */

export type { Bus, Wake } from "./bus/bus.ts";
export { memoryBus } from "./bus/memory.ts";
export type { CarrierMoodRecord } from "./carriers/moods.ts";
export { type Clock, pause, realPoll, rest, systemClock } from "./clock.ts";
export { createGateway } from "./gateway.ts";
export type { Host, Outlet } from "./http/outlet.ts";
export { type Logger, silentLogger } from "./logger.ts";
export type { BlobRange, BlobStore, NewBlob } from "./media/blob-store.ts";
export type { FinishedFile, FinishedMedia, MediaTools, MediaWorkshop } from "./media/workshop.ts";
export { CLOUD_NAMES, type CloudName, MICROSOFT_CLOUDS, type MicrosoftCloud } from "./microsoft/cloud.ts";
export type { Credential } from "./microsoft/credentials-watch.ts";
export {
  type AuthorizeRequest,
  type EntraAccount,
  type EntraAppToken,
  type EntraClient,
  EntraRefused,
  type EntraSignIn,
  EntraUnavailable,
  type RedeemRequest,
} from "./microsoft/entra-client.ts";
export { createGraphClient, type GraphCaller, type GraphClient } from "./microsoft/graph-client.ts";
export { GraphRefused, GraphUnavailable } from "./microsoft/graph-error.ts";
export type { MicrosoftRegistration } from "./microsoft/registration.ts";
export { DEFAULTS, type Gateway, type GatewayOptions, type RequestRecord } from "./options.ts";
export { type Ids, idSource, platformRandom, type RandomBytes } from "./random.ts";
export { type Database, openDatabase } from "./store/database.ts";
export { type SqlConnection, type SqlEngine, StoreUnavailable } from "./store/engine.ts";
export { type Environment, MIGRATIONS, migrate, type StoreInfo, StoreRefused } from "./store/migrate.ts";
export { pgliteEngine } from "./store/pglite.ts";
