import { didYouMean } from "@trunkline/gateway/node/settings";
import {
  type AnyCommand,
  CommandEnded,
  CommandFailed,
  type CommandGroup,
  type ExitCode,
  type Terminal,
  UsageError,
} from "./command.ts";
import { helpFor } from "./help.ts";
import { readOptions } from "./read-options.ts";

/** Finds the command that `args` names, reads its options and runs it. Never throws. */
export async function run(root: CommandGroup, args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { item, path, rest } = find(root, args);
  try {
    if (item.kind === "group") return explain(item, path, rest, terminal);
    const operands = item.operands ?? [];
    const {
      values,
      operands: given,
      help,
    } = readOptions({
      specs: item.options,
      args: rest,
      env: terminal.env,
      operands: operands.length,
    });
    if (help) {
      terminal.out(helpFor(item, path).trimEnd());
      return 0;
    }
    await item.run(values, given, terminal);
    return 0;
  } catch (error) {
    if (error instanceof CommandEnded) return error.code;
    if (error instanceof UsageError) {
      terminal.note(`${error.message}\nRun ${path} --help to see how it is used.`);
      return 2;
    }
    terminal.note(error instanceof CommandFailed ? error.message : describe(error));
    return 1;
  }
}

function find(root: CommandGroup, args: readonly string[]) {
  let item: AnyCommand = root;
  let path = root.name;
  let rest = args;
  while (item.kind === "group") {
    const next: AnyCommand | undefined = item.commands.find(({ name }) => name === rest[0]);
    if (!next) break;
    item = next;
    path = `${path} ${next.name}`;
    rest = rest.slice(1);
  }
  return { item, path, rest };
}

function explain(group: CommandGroup, path: string, rest: readonly string[], terminal: Terminal): ExitCode {
  const [first] = rest;
  if (first === "--help" || first === "-h" || first === "help") {
    terminal.out(helpFor(group, path).trimEnd());
    return 0;
  }
  if (first === undefined) {
    terminal.note(helpFor(group, path).trimEnd());
    return 2;
  }
  const names = group.commands.map(({ name }) => name);
  throw new UsageError(
    first.startsWith("-")
      ? `Unknown option: ${first}.`
      : `There is no command "${path} ${first}".${didYouMean(first, names)}`,
  );
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `Failed: ${String(error)}`;
  const causes: string[] = [];
  for (let cause: unknown = error; cause instanceof Error && causes.length < 4; cause = cause.cause) {
    if (cause.message !== "") causes.push(cause.message);
  }
  return causes.join(": ");
}
