import { ERROR_CODES } from "@trunkline/protocol";
import { ROUTES } from "@trunkline/protocol/routes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRouter } from "../src/http/router.ts";
import { PGLITE } from "./support/stores.ts";
import { type TestGateway, testGateway } from "./support/test-gateway.ts";

interface Operation {
  operationId: string;
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { $ref?: string; content?: Record<string, { schema: object }> }>;
}
interface Document {
  openapi: string;
  servers?: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}

let gateway: TestGateway;
let document: Document;
beforeAll(async () => {
  gateway = await testGateway(PGLITE, { publicUrl: "https://sms.example.com" });
  document = (await (await gateway.fetch("/openapi.json")).json()) as Document;
});
afterAll(() => gateway.stop());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

test("describes every route once, and nothing else", () => {
  expect(document.openapi).toBe("3.1.0");
  expect(document.servers).toEqual([{ url: "https://sms.example.com" }]);
  const described = operations().map(({ path, method, operation }) => `${operation.operationId} ${method} ${path}`);
  const routes = Object.entries(ROUTES).map(([name, { method, path }]) => `${name} ${method} ${path}`);
  expect(described.sort()).toEqual(routes.sort());
});

test("what is described is served: no route answers that it is not there", async () => {
  for (const { path, method } of operations()) {
    const response = await gateway.fetch(path.replace("{id}", "x"), { method });
    expect(response.status, `${method} ${path}`).toBe(401);
  }
});

test("a route without a handler, or a handler without a route, keeps the gateway from being made", () => {
  const parts = { handlers: {}, outside: [] } as unknown as Parameters<typeof createRouter>[0];
  expect(() => createRouter(parts)).toThrow(/has no handler/);
  const handlers = {
    ...Object.fromEntries(Object.keys(ROUTES).map((name) => [name, async () => ({})])),
    fly: async () => ({}),
  };
  expect(() => createRouter({ ...parts, handlers: handlers as never })).toThrow("handlers without a route: fly");
});

test("every reference leads somewhere, and every component is used", () => {
  const found = new Set<string>();
  JSON.stringify(document, (name, value: unknown) => {
    if (name === "$ref") found.add(String(value));
    return value;
  });
  expect(found.size).toBeGreaterThan(20);
  for (const ref of found) {
    const [root, section = "", name = ""] = ref.replace("#/", "").split("/");
    expect(root).toBe("components");
    expect(document.components[section]?.[name], ref).toBeDefined();
  }
  for (const name of Object.keys(document.components.schemas ?? {})) {
    expect(found, name).toContain(`#/components/schemas/${name}`);
  }
});

test("parameters, bodies and answers follow from the schemas", () => {
  for (const { path, operation } of operations()) {
    const inPath = operation.parameters.filter((parameter) => parameter.in === "path");
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    expect(inPath.every(({ required }) => required)).toBe(true);
    for (const { schema } of operation.parameters) expect(Object.keys(schema).length).toBeGreaterThan(0);
  }
  const list = document.paths["/v1/lines"]?.get;
  expect(list?.parameters).toContainEqual({
    name: "limit",
    in: "query",
    required: false,
    schema: { type: "integer", minimum: 1, maximum: 200 },
  });
  const create = document.paths["/v1/lines"]?.post;
  expect(create?.requestBody?.content["application/json"]?.schema).toEqual({ $ref: "#/components/schemas/CreateLine" });
  expect(create?.responses["201"]?.content?.["application/json"]?.schema).toEqual({
    $ref: "#/components/schemas/Line",
  });
  expect(create?.parameters.map(({ name }) => name)).toContain("Idempotency-Key");
  expect(document.paths["/v1/keys"]?.post?.parameters.map(({ name }) => name)).not.toContain("Idempotency-Key");
  expect(document.paths["/v1/events"]?.get?.responses["200"]?.content).toHaveProperty("text/event-stream");
  expect(document.paths["/v1/conversations"]?.post?.responses).toHaveProperty("200");
  // Requests are closed, answers are open.
  expect(document.components.schemas?.CreateLine).toMatchObject({ additionalProperties: false });
  expect(document.components.schemas?.Line).not.toHaveProperty("additionalProperties");
});

test("every code that answers a request is explained under its status", () => {
  for (const [code, { status }] of Object.entries(ERROR_CODES)) {
    if (status === null || status === 405 || status === 429) continue;
    const response = document.components.responses?.[`Problem${status}`] as { description: string };
    expect(response.description, code).toContain(`\`${code}\``);
  }
});
