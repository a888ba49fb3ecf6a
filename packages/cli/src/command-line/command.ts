import type { SettingSpec, SettingValues } from "@trunkline/gateway/node/settings";

/** One option of a command. It is written `--name`, and read like any other setting. */
export interface OptionSpec extends SettingSpec {
  /** What it does, in one sentence. */
  readonly about: string;
  /** What stands for its value in the help: `--port PORT`. */
  readonly value?: string;
  /** Told in the help; the command applies it. */
  readonly preset?: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What a command is run with: options that nobody gave are absent. */
export type OptionValues<Specs extends OptionSpecs> = SettingValues<Specs>;

/** The same before a command's specs have given them their types. */
export type RawValues = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** What a command may touch of the process that it runs in. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A line for programs to read. */
  out(line: string): void;
  /** A line for people. */
  note(line: string): void;
  /** Aborted by SIGINT and SIGTERM: end what runs and return. */
  readonly stopped: AbortSignal;
}

/** A command that does something. */
export interface Command extends CommandFacts<OptionSpecs> {
  readonly kind: "command";
  run(options: RawValues, operands: readonly string[], terminal: Terminal): Promise<void>;
}

/** What a command says of itself. */
export interface CommandFacts<Specs extends OptionSpecs> {
  readonly name: string;
  /** One line for lists of commands. */
  readonly about: string;
  /** More, for its own help. */
  readonly details?: string;
  /** Names of what follows the command, in order; in the help as `<name>`. */
  readonly operands?: readonly string[];
  readonly options: Specs;
  readonly examples: readonly string[];
}

/** A command that only groups others. */
export interface CommandGroup {
  readonly kind: "group";
  readonly name: string;
  readonly about: string;
  readonly details?: string;
  readonly commands: readonly AnyCommand[];
}

export type AnyCommand = Command | CommandGroup;

/** Declares a command; its `run` is typed by its options. */
export function command<const Specs extends OptionSpecs>(
  facts: CommandFacts<Specs> & {
    run(options: OptionValues<Specs>, operands: readonly string[], terminal: Terminal): Promise<void>;
  },
): Command {
  const { run, ...rest } = facts;
  // Values are read by the very specs that type them.
  return { kind: "command", ...rest, run: (values, ...others) => run(values as OptionValues<Specs>, ...others) };
}

/** How a run ended: 0 well, 1 it failed, 2 it was called wrongly, or could not find out what was asked. */
export type ExitCode = 0 | 1 | 2;

/** A mistake in how a command was called; the message says which, and what would be right. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Something that went wrong in a way that the message explains in full; no stack is shown. Exit code 1. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
}

/** All is said, and the run ends with this code: its result, and no mishap. */
export class CommandEnded extends Error {
  override readonly name = "CommandEnded";
  readonly code: ExitCode;

  constructor(code: ExitCode) {
    super(`ended with ${code}`);
    this.code = code;
  }
}
