/**
 * What the gateway logs with; pino fits. Events with fields: never a text, a number, a name or a token.
 * `error` needs a person, `warn` healed itself, `info` once per change of life, `debug` the rest.
 */
export interface Logger {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

const drop = () => undefined;

/** Logs nothing: the default of a gateway in a page or a test. */
export const silentLogger: Logger = { error: drop, warn: drop, info: drop, debug: drop };
