import { expect, test } from "vitest";
import * as z from "zod/mini";
import { ID_PREFIXES, idPattern, isId } from "./ids.ts";
import { narrowRole, ROLE_PERMISSIONS, ROLES, rolesWith } from "./roles.ts";
import { ROUTES, type RouteDefinition } from "./routes.ts";

const routes = Object.entries<RouteDefinition>(ROUTES);

test("no two routes answer the same method and path", () => {
  const doors = routes.map(([, { method, path }]) => `${method} ${path.replaceAll(/\{\w+\}/g, "{}")}`);
  expect(new Set(doors).size).toBe(doors.length);
});

test("every schema of a route can be written as JSON Schema", () => {
  for (const [name, { params, query, body, answer }] of routes) {
    for (const schema of [params, query, answer.body]) {
      if (schema) expect(() => z.toJSONSchema(schema), name).not.toThrow();
    }
    if (body) expect(() => z.toJSONSchema(body, { io: "input" }), name).not.toThrow();
  }
});

test("a route describes exactly the parameters that its path has", () => {
  for (const [name, { path, params }] of routes) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    const described = params ? Object.keys(z.toJSONSchema(params).properties ?? {}) : [];
    expect(described, name).toEqual(inPath);
  }
});

test("requests refuse fields that they do not know", () => {
  for (const [name, { body }] of routes) {
    if (!body) continue;
    const outcome = z.safeParse(body, { role_: "owner" });
    expect(outcome.success, name).toBe(false);
    expect(outcome.error?.issues.some(({ code }) => code === "unrecognized_keys") ?? false, name).toBe(true);
  }
});

test("an answer that bears a secret is never kept for an Idempotency-Key", () => {
  expect(
    "idempotent" in ROUTES.createKey || "idempotent" in ROUTES.createSession || "idempotent" in ROUTES.rotateKey,
  ).toBe(false);
});

test("each role holds all that the next one holds", () => {
  for (const [index, role] of ROLES.entries()) {
    const next = ROLES[index + 1];
    if (next) expect(ROLE_PERMISSIONS[role]).toEqual(expect.arrayContaining([...ROLE_PERMISSIONS[next]]));
  }
  expect(rolesWith("messages.send")).toEqual(["owner", "admin", "member"]);
});

test("a session narrows a role and never widens it", () => {
  expect(narrowRole("member", "owner")).toBe("member");
  expect(narrowRole("owner", "viewer")).toBe("viewer");
  expect(narrowRole("admin", undefined)).toBe("admin");
});

test("an id is told by its prefix, its length and its alphabet", () => {
  const rest = "01jd0000000000000000000000";
  for (const prefix of Object.values(ID_PREFIXES)) expect(idPattern(prefix).test(`${prefix}_${rest}`)).toBe(true);
  expect(isId("conv", `conv_${rest}`)).toBe(true);
  expect(isId("conv", `line_${rest}`)).toBe(false);
  expect(isId("conv", `conv_${rest}x`)).toBe(false);
  expect(isId("conv", `conv_${rest.slice(1)}u`)).toBe(false);
  expect(isId("conv", 7)).toBe(false);
});
