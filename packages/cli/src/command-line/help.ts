import { variableName } from "@trunkline/gateway/node/settings";
import type { AnyCommand, OptionSpec } from "./command.ts";
import { flagName } from "./read-options.ts";

const WIDTH = 100;

/** The help of a command or a group, as it is printed. `path` is how it is called: `trunkline keys create`. */
export function helpFor(item: AnyCommand, path: string): string {
  const parts = [item.about];
  if (item.details) parts.push(wrap(item.details, 0));
  if (item.kind === "group") {
    parts.push(
      `Usage: ${path} <command> [options]`,
      section(
        "Commands",
        item.commands.map(({ name, about }) => [name, about]),
      ),
      `Run ${path} <command> --help for more about one of them.`,
    );
    return `${parts.join("\n\n")}\n`;
  }
  const operands = (item.operands ?? []).map((name) => ` <${name}>`).join("");
  const options = Object.entries(item.options);
  parts.push(`Usage: ${path}${operands}${options.length > 0 ? " [options]" : ""}`);
  parts.push(
    section("Options", [...options.map(([name, spec]) => optionRow(name, spec)), ["-h, --help", "Shows this help."]]),
  );
  if (item.examples.length > 0) parts.push(`Examples:\n${item.examples.map((line) => `  ${line}`).join("\n")}`);
  if (options.some(([, { flagOnly }]) => !flagOnly)) {
    parts.push(
      wrap(
        `Every option with a variable in brackets may also stand in the environment. A flag goes before the environment${
          item.options.config ? ", the environment before the file that --config names" : ""
        }.`,
        0,
      ),
    );
  }
  return `${parts.join("\n\n")}\n`;
}

function optionRow(name: string, { type, about, value, preset, secret, flagOnly }: OptionSpec): [string, string] {
  const flag = type === "boolean" ? flagName(name) : `${flagName(name)} ${value ?? "VALUE"}`;
  const notes = [
    type === "list" ? "May be repeated." : "",
    preset === undefined ? "" : `Default: ${preset}.`,
    flagOnly ? "" : `[${variableName(name)}${secret ? `, ${variableName(name)}_FILE` : ""}]`,
  ];
  return [flag, [about, ...notes].filter(Boolean).join(" ")];
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const left = Math.min(28, Math.max(...rows.map(([name]) => name.length)));
  const lines = rows.map(([name, about]) => {
    const text = wrap(about, left + 4);
    return name.length > left ? `  ${name}\n${" ".repeat(left + 4)}${text}` : `  ${name.padEnd(left)}  ${text}`;
  });
  return `${title}:\n${lines.join("\n")}`;
}

/** Breaks a text into lines; those after the first begin with `indent` spaces. */
function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
