import { misfits, type Schema } from "./contract-schema.ts";

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly style?: string;
  readonly schema?: Schema;
}

/** What an OpenAPI file says about the requests of an operation. */
export interface DescribedRequest {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
}

export interface RequestPlace {
  /** The path of the vendor's server, such as `/v2`. */
  readonly base: string;
  resolve<T>(ref: string): T;
}

/** Where a request does not fit the operations that are described; empty when it fits. */
export async function requestMisfits(
  request: Request,
  paths: Readonly<Record<string, Readonly<Record<string, DescribedRequest | undefined>>>>,
  { base, resolve }: RequestPlace,
): Promise<string[]> {
  const { pathname, searchParams } = new URL(request.url);
  const path = decodeURIComponent(pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname);
  const found = Object.entries(paths).find(([template]) => valuesIn(path, template) !== null);
  const operation = found?.[1][request.method.toLowerCase()];
  const shown = `${request.method} ${path}`;
  if (!found || !operation) return [`${shown} is not described`];
  const schemas = (ref: string): Schema => resolve<Schema>(ref);
  const parameters = (operation.parameters ?? []).map((one) => (one.$ref ? resolve<Parameter>(one.$ref) : one));
  const values = { path: valuesIn(path, found[0]) ?? new URLSearchParams(), query: searchParams };
  const wrong: string[] = [];
  for (const place of ["path", "query"] as const) {
    const described = parameters.filter((one) => one.in === place).flatMap((one) => spelledOut(one, schemas));
    for (const { name, required } of described) {
      if (required && !values[place].has(name)) wrong.push(`${place} ${name}: missing`);
    }
    for (const [name, value] of values[place]) {
      const schema = described.find((one) => one.name === name)?.schema;
      if (schema === undefined) wrong.push(`${place} ${name}: unknown`);
      else wrong.push(...misfits(asTyped(value, schema, schemas), schema, schemas, name));
    }
  }
  wrong.push(...(await bodyMisfits(request, operation, schemas)));
  return wrong.map((fault) => `${shown} ${fault}`);
}

async function bodyMisfits(
  request: Request,
  { requestBody }: DescribedRequest,
  schemas: (ref: string) => Schema,
): Promise<string[]> {
  const text = await request.clone().text();
  if (requestBody === undefined) return text === "" ? [] : ["body: none is described"];
  if (text === "") return requestBody.required ? ["body: missing"] : [];
  const type = (request.headers.get("content-type") ?? "").replace(/;.*$/, "");
  const schema = requestBody.content[type]?.schema;
  if (schema === undefined) return [`body: ${type} is not described`];
  if (type !== "application/x-www-form-urlencoded") return misfits(JSON.parse(text), schema, schemas);
  const form = new URLSearchParams(text);
  const fields = [...new Set(form.keys())].map((name) => {
    const property = schema.properties?.[name];
    const isList = property?.type === "array";
    const given = form.getAll(name);
    if (isList || given.length > 1) return [name, given] as const; // a list where none is described is a fault
    return [name, property ? asTyped(given[0] ?? "", property, schemas) : given[0]] as const;
  });
  return misfits(Object.fromEntries(fields), schema, schemas);
}

/** The values in a path that fits a template such as `/Accounts/{AccountSid}/Messages.json`; null when it does not. */
function valuesIn(path: string, template: string): URLSearchParams | null {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const parts = template.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^$()|[\]\\]/g, "\\$&"));
  const match = new RegExp(`^${parts.join("([^/]+)")}$`).exec(path);
  return match && new URLSearchParams(names.map((name, index) => [name, match[index + 1] ?? ""]));
}

/** A parameter of style `deepObject` by the names that travel: `page[size]`. */
function spelledOut(parameter: Parameter, schemas: (ref: string) => Schema): (Parameter & { schema: Schema })[] {
  const { name, schema = {}, style } = parameter;
  const whole = schema.$ref === undefined ? schema : schemas(schema.$ref);
  if (style !== "deepObject") return [{ ...parameter, schema }];
  return Object.entries(whole.properties ?? {}).map(([key, inner]) => ({
    ...parameter,
    name: `${name}[${key}]`,
    schema: inner,
  }));
}

/** What travels as text, as the type that the schema names; text that is none of that type stays text, and is a fault. */
function asTyped(value: string, schema: Schema, schemas: (ref: string) => Schema): unknown {
  const { type } = schema.$ref === undefined ? schema : schemas(schema.$ref);
  if ((type === "integer" || type === "number") && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (type === "boolean" && /^(true|false)$/.test(value)) return value === "true";
  return value;
}
