/*
 * Templates are data, never code: the only thing in them that moves is a named place for a value.
 */

/** A place for a value in a template. */
export interface TemplateVariable {
  readonly name: string;
  /** What stands there when no value, or an empty one, is given. Null: a value is needed. The first one named counts. */
  readonly default: string | null;
}

/** A template with its values in place. */
export interface RenderedTemplate {
  readonly text: string;
  /** Names without value and default, in order of appearance, each once. Their places are still in `text`: do not send it. */
  readonly missing: readonly string[];
}

/** A piece of a template: text as it stands, or a place for a value, with what the author wrote there as `source`. */
export type TemplatePiece =
  | { readonly kind: "text"; readonly text: string }
  | ({ readonly kind: "variable"; readonly source: string } & TemplateVariable);

// No part of it can match in two ways, so that a hostile text costs linear time.
const PLACE = /\{\{[ \t]*([A-Za-z_][\w.-]{0,63})[ \t]*(?:\|([^{}]*))?\}\}/g;

/**
 * Reads a template into its pieces, in order.
 *
 * A place is `{{name}}` or `{{name|default text}}`. A name begins with a letter or `_`, goes on with letters, digits,
 * `_`, `.` and `-`, and has at most 64 characters; blanks around it do not count. A default is taken as written, may be
 * empty, and holds no braces. A backslash before a place makes it text (`\{{name}}` reads `{{name}}`), and two
 * backslashes before a place are one. Everything else, `{{#if}}` and a lone `{{` included, is text.
 */
export function parseTemplate(template: string): TemplatePiece[] {
  const pieces: TemplatePiece[] = [];
  let [text, from] = ["", 0];
  for (const { 0: source, 1: name = "", 2: fallback, index } of template.matchAll(PLACE)) {
    let slashes = 0;
    while (index - slashes > from && template[index - slashes - 1] === "\\") slashes++;
    text += template.slice(from, index - Math.ceil(slashes / 2));
    from = index + source.length;
    if (slashes % 2 === 1) {
      text += source;
      continue;
    }
    if (text !== "") pieces.push({ kind: "text", text });
    text = "";
    pieces.push({ kind: "variable", source, name, default: fallback ?? null });
  }
  text += template.slice(from);
  if (text !== "") pieces.push({ kind: "text", text });
  return pieces;
}

// What begins like a place: the name, and whatever stands before the next brace.
const PLACE_BEGUN = /\{\{[ \t]*[A-Za-z_][^{}]*/g;

/**
 * The first place that somebody began and did not close with `}}`, as it is written: `{{name`, `{{name}`, or
 * `{{name|a {b}}}`, whose default holds a brace. It would be sent as text. Null when there is none.
 */
export function unclosedPlace(template: string): string | null {
  for (const { 0: begun, index } of template.matchAll(PLACE_BEGUN)) {
    if (!template.startsWith("}}", index + begun.length)) return begun;
  }
  return null;
}

/** The variables of a template, in order of appearance, each name once. Syntax: see `parseTemplate`. */
export function templateVariables(template: string): TemplateVariable[] {
  const found = new Map<string, TemplateVariable>();
  for (const piece of parseTemplate(template)) {
    if (piece.kind === "text") continue;
    const known = found.get(piece.name)?.default ?? null;
    found.set(piece.name, { name: piece.name, default: known ?? piece.default });
  }
  return [...found.values()];
}

/**
 * Puts values into a template. Syntax: see `parseTemplate`.
 *
 * Only own properties of `variables` count, so that `{{constructor}}` stays text unless somebody named a variable so.
 * A value is put in as it is and never read as a template. Where no value or an empty one is given the default of that
 * place stands in; without a default an empty value is empty, and a missing one leaves the place as written.
 *
 * @example renderTemplate("Hi {{name|there}}", {}).text // "Hi there"
 */
export function renderTemplate(template: string, variables: Readonly<Record<string, string>>): RenderedTemplate {
  const missing = new Set<string>();
  const render = (piece: TemplatePiece): string => {
    if (piece.kind === "text") return piece.text;
    const value = Object.hasOwn(variables, piece.name) ? variables[piece.name] : undefined;
    if (value) return value;
    if (piece.default !== null) return piece.default;
    if (value === undefined) missing.add(piece.name);
    return value ?? piece.source;
  };
  return { text: parseTemplate(template).map(render).join(""), missing: [...missing] };
}

/** A value or any other words as they must be written in a template to stay what they are. */
export function escapeTemplate(text: string): string {
  return text.replace(PLACE, (source, _name, _fallback, index: number) => {
    let slashes = 0;
    while (text[index - slashes - 1] === "\\") slashes++;
    return `${"\\".repeat(slashes + 1)}${source}`;
  });
}
