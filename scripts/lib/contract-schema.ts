/** A schema of an OpenAPI 3.0 or 3.1 document, as far as the vendors use it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: unknown;
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === "number",
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};
const FORMATS: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
};

/**
 * Where a value does not fit its schema; empty when it fits. Stricter than JSON Schema: a property that the schema does
 * not name is a fault too, unless it is an annotation (`@odata.…`).
 */
export function misfits(value: unknown, schema: Schema, resolve: (ref: string) => Schema, at = "$"): string[] {
  const parts = flatten(schema, resolve);
  const choices = parts.flatMap(({ anyOf, oneOf }) => ((anyOf ?? oneOf) ? [anyOf ?? oneOf ?? []] : []));
  const wrong: string[] = [];
  for (const choice of choices) {
    if (choice.length > 0 && choice.every((option) => misfits(value, option, resolve, at).length > 0)) {
      wrong.push(`${at}: fits none of ${choice.length}`);
    }
  }
  if (value === null && parts.some(({ nullable }) => nullable)) return wrong;
  for (const part of parts) {
    const { type, enum: allowed, format, pattern } = part;
    const types = type === undefined ? [] : [type].flat();
    if (types.length > 0 && !types.some((name) => TYPES[name]?.(value) ?? true)) wrong.push(`${at}: not a ${types}`);
    if (allowed !== undefined && !allowed.includes(value)) wrong.push(`${at}: not one of ${allowed.join()}`);
    const size = typeof value === "number" ? value : undefined;
    if (size !== undefined && !isWithin(size, part.minimum, part.maximum)) wrong.push(`${at}: out of bounds`);
    if (Array.isArray(value) && !isWithin(value.length, part.minItems, part.maxItems))
      wrong.push(`${at}: wrong length`);
    if (typeof value !== "string") continue;
    if (!isWithin([...value].length, part.minLength, part.maxLength)) wrong.push(`${at}: wrong length`);
    if (format !== undefined && FORMATS[format]?.test(value) === false) wrong.push(`${at}: not a ${format}`);
    if (pattern !== undefined && !new RegExp(pattern).test(value)) wrong.push(`${at}: not ${pattern}`);
  }
  if (Array.isArray(value)) {
    const items = parts.find((part) => part.items)?.items;
    if (items !== undefined) {
      wrong.push(...value.flatMap((item, index) => misfits(item, items, resolve, `${at}[${index}]`)));
    }
  } else if (typeof value === "object" && value !== null) {
    const named: Record<string, Schema> = Object.assign({}, ...parts.map(({ properties }) => properties ?? {}));
    const isOpen = Object.keys(named).length === 0 || parts.some((part) => part.additionalProperties);
    const missing = parts.flatMap(({ required = [] }) => required).filter((name) => !(name in value));
    wrong.push(...missing.map((name) => `${at}.${name}: missing`));
    for (const [name, inner] of Object.entries(value)) {
      const property = named[name];
      if (property !== undefined) wrong.push(...misfits(inner, property, resolve, `${at}.${name}`));
      else if (!isOpen && !name.startsWith("@")) wrong.push(`${at}.${name}: unknown`);
    }
  }
  return wrong;
}

const isWithin = (size: number, least = -Infinity, most = Infinity): boolean => size >= least && size <= most;

function flatten(schema: Schema, resolve: (ref: string) => Schema): Schema[] {
  if (schema.$ref !== undefined) return flatten(resolve(schema.$ref), resolve);
  return [schema, ...(schema.allOf ?? []).flatMap((part) => flatten(part, resolve))];
}
