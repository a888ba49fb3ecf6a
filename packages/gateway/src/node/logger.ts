import { type DestinationStream, pino } from "pino";
import type { Logger } from "../logger.ts";
import type { RequestRecord } from "../options.ts";
import { sqlState } from "../store/engine.ts";

export interface LoggerOptions {
  /** @default "info" */
  level?: "error" | "warn" | "info" | "debug" | "silent";
  /** Where lines go; standard error when absent, so that standard output stays for what was asked for. */
  destination?: DestinationStream;
}

/** A logger that writes a JSON line per event. What could be personal or secret is taken out on the way. */
export function pinoLogger({ level = "info", destination = pino.destination(2) }: LoggerOptions = {}): Logger {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return {
    error: (fields, message) => logger.error(scrub(fields), message),
    warn: (fields, message) => logger.warn(scrub(fields), message),
    info: (fields, message) => logger.info(scrub(fields), message),
    debug: (fields, message) => logger.debug(scrub(fields), message),
  };
}

/** Logs each answered request at `debug`, with its route in place of its address. For `onRequest`. */
export function accessLog(logger: Logger): (record: RequestRecord) => void {
  return (record) => logger.debug({ ...record }, "request");
}

/** Fields that hold what somebody wrote, is called, or keeps secret. */
const PRIVATE = new Set([
  "text",
  "body",
  "raw",
  "number",
  "from",
  "to",
  "sender",
  "recipient",
  "participants",
  "name",
  "email",
  "author",
  "externalId",
  "token",
  "key",
  "secret",
  "authorization",
  "credentials",
  "password",
  "url",
  "query",
  "params",
  "parameters",
]);

/** Tokens and secrets by their form, then anything that could be a phone number. */
const SECRET = /\b(?:tl[oks]|whsec)_[\w-]{8,}/g;
const NUMBER = /\+?\d[\d ().-]{5,}\d/g;
const MAX_DEPTH = 6;

/** A copy of a log's fields that is fit to be kept. */
export function scrub(fields: object): Record<string, unknown> {
  return scrubObject(fields, 0);
}

function scrubObject(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, PRIVATE.has(name) ? "[private]" : scrubValue(value, depth)]),
  );
}

function scrubValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return scrubText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === MAX_DEPTH) return "[deep]";
  if (value instanceof Error) return scrubError(value, depth);
  if (Array.isArray(value)) return value.map((item) => scrubValue(item, depth + 1));
  return scrubObject(value, depth + 1);
}

const scrubText = (text: string): string =>
  isIdentifier(text) ? text : text.replace(SECRET, "[secret]").replace(NUMBER, "[number]");

/** Ours and times are full of digits, and say nothing of anybody. */
const isIdentifier = (text: string): boolean =>
  /^(?:[a-z]{3,4}_[\w-]{8,64}|\d{4}-\d\d-\d\dT[\d:.]+Z)$/.test(text) && text.search(SECRET) < 0;

/** A database's message may quote a row, so of its errors only the code, the names and the place are kept. */
function scrubError(error: Error, depth: number): Record<string, unknown> {
  const state = sqlState(error);
  const place = error.stack?.split("\n").filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    ...(state === undefined ? { message: scrubText(error.message) } : { sqlState: state }),
    ...("constraint" in error ? { constraint: error.constraint } : {}),
    ...("table" in error ? { table: error.table } : {}),
    ...("code" in error && state === undefined ? { code: error.code } : {}),
    stack: place?.map((line) => line.trim()),
    ...(error.cause === undefined ? {} : { cause: scrubValue(error.cause, depth + 1) }),
  };
}
