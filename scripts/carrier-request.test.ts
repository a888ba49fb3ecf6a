import { expect, test } from "vitest";
import { requestMisfits } from "./lib/carrier-request.ts";

/* What holds adapters to the vendors' files finds what does not fit. */

const text = { type: "string" };
const paths = {
  "/accounts/{id}/messages": {
    get: {
      parameters: [
        { name: "id", in: "path", required: true, schema: { type: "string", pattern: "^AC" } },
        {
          name: "page",
          in: "query",
          style: "deepObject",
          schema: { properties: { size: { type: "integer", maximum: 9 } } },
        },
        { name: "version", in: "query", required: true, schema: text },
      ],
    },
    post: {
      parameters: [{ name: "id", in: "path", required: true, schema: text }],
      requestBody: {
        required: true,
        content: {
          "application/x-www-form-urlencoded": {
            schema: {
              type: "object",
              required: ["To"],
              properties: { To: text, Many: { type: "array", items: text } },
            },
          },
        },
      },
    },
  },
};

const resolve = (ref: string): never => {
  throw new Error(`nothing refers to ${ref}`);
};
const faultsOf = (path: string, init?: RequestInit) =>
  requestMisfits(new Request(`https://api.example.com/v2${path}`, init), paths, { base: "/v2", resolve });
const form = (fields: string[][]): RequestInit => ({ method: "POST", body: new URLSearchParams(fields) });

test("what the file describes fits", async () => {
  expect(await faultsOf("/accounts/AC1/messages?version=1&page[size]=9")).toEqual([]);
  expect(
    await faultsOf(
      "/accounts/AC1/messages",
      form([
        ["To", "+1"],
        ["Many", "a"],
        ["Many", "b"],
      ]),
    ),
  ).toEqual([]);
});

test.each([
  ["another path", "/accounts/AC1", undefined, "is not described"],
  ["another method", "/accounts/AC1/messages?version=1", { method: "DELETE" }, "is not described"],
  ["a value that does not fit the path", "/accounts/XX1/messages?version=1", undefined, "id: not ^AC"],
  ["a parameter that is missing", "/accounts/AC1/messages", undefined, "query version: missing"],
  ["a parameter that nobody knows", "/accounts/AC1/messages?version=1&sort=up", undefined, "query sort: unknown"],
  ["a value out of bounds", "/accounts/AC1/messages?version=1&page[size]=10", undefined, "out of bounds"],
  ["a value of another type", "/accounts/AC1/messages?version=1&page[size]=few", undefined, "not a integer"],
  ["an empty body where one is required", "/accounts/AC1/messages", form([]), "body: missing"],
  ["a field that is missing", "/accounts/AC1/messages", form([["Many", "a"]]), "To: missing"],
  [
    "a field that nobody knows",
    "/accounts/AC1/messages",
    form([
      ["To", "+1"],
      ["From", "+2"],
    ]),
    "From: unknown",
  ],
  [
    "a field given twice",
    "/accounts/AC1/messages",
    form([
      ["To", "+1"],
      ["To", "+2"],
    ]),
    "To: not a string",
  ],
  ["a body of another type", "/accounts/AC1/messages", { method: "POST", body: "{}" }, "body: text/plain"],
])("%s is a fault", async (_what, path, init, fault) => {
  expect((await faultsOf(path, init)).join("\n")).toContain(fault);
});
