import { type Conversation, HEADERS, type Problem, type Template, type Tenant } from "@trunkline/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eachStore } from "./support/stores.ts";
import {
  type Answered,
  CREDENTIALS,
  made,
  type TestGateway,
  type TestTenant,
  testGateway,
} from "./support/test-gateway.ts";

const CREDENTIALS_JSON = JSON.stringify(CREDENTIALS).slice(1, -1);

eachStore((store) => {
  let gateway: TestGateway;
  let acme: TestTenant;

  beforeAll(async () => {
    gateway = await testGateway(store);
    acme = await gateway.newTenant("acme");
  });
  afterAll(() => gateway.stop());

  /** Posts bytes as they are to the creation of a line. */
  async function post(body: BodyInit, headers: Record<string, string> = {}): Promise<Answered<Problem>> {
    const init = {
      method: "POST",
      body,
      headers: { authorization: `Bearer ${acme.key.key}`, "content-type": "application/json", ...headers },
      duplex: "half",
    };
    const response = await gateway.fetch("/v1/lines", init);
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
  const lineWith = (fields: object) => ({ name: "Line", carrierAccountId: acme.account.id, ...fields });
  const issuePaths = ({ body }: Answered<Problem>) => body.issues?.map(({ path }) => path.join("."));

  test("a problem says what it is, where it is explained, and which request it was", async () => {
    const { status, headers, body } = await acme.call<Problem>("GET", `/v1/lines/${acme.line.id.slice(0, -3)}zzz`);
    expect(status).toBe(404);
    expect(headers.get("content-type")).toBe("application/problem+json");
    expect(body).toEqual({
      type: "/problems/not_found",
      title: expect.any(String),
      status: 404,
      code: "not_found",
      requestId: headers.get(HEADERS.requestId),
    });
    const page = await gateway.fetch(body.type);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(await page.text()).toContain("not_found");
    expect((await gateway.fetch("/problems/no_such_code")).status).toBe(404);
  });

  test("a request id that is sane is kept; any other is replaced", async () => {
    const given = await acme.call("GET", "/v1/me", undefined, { [HEADERS.requestId]: "proxy-7f3a.1" });
    expect(given.headers.get(HEADERS.requestId)).toBe("proxy-7f3a.1");
    for (const insane of ["short", "x".repeat(65), 'a"b{c}d<e>f', "with space inside"]) {
      const { headers } = await acme.call("GET", "/v1/me", undefined, { [HEADERS.requestId]: insane });
      expect(headers.get(HEADERS.requestId)).toMatch(/^req_[\w-]{18}$/);
    }
  });

  test("malformed JSON is 400 and says nothing of what was sent", async () => {
    const bodies = ["", "{", '{"name": "Line",}', "undefined", "{'a': 1}", new Uint8Array([0x22, 0xff, 0xfe, 0x22])];
    for (const body of bodies) {
      const answered = await post(body);
      expect(answered.status).toBe(400);
      expect(answered.body.code).toBe("invalid_json");
      expect(answered.body.detail).toBe("The body must be JSON in UTF-8.");
    }
  });

  test("a POST that needs no field needs no body; what would change nothing, or is incomplete, does", async () => {
    const { id } = await made<Template>(acme.call("POST", "/v1/templates", { name: "T", text: "Hello" }));
    expect(await acme.call("POST", `/v1/templates/${id}/preview`)).toMatchObject({
      status: 200,
      body: { text: "Hello" },
    });
    const missing = `/v1/messages/msg_${"0".repeat(26)}/retry`;
    expect(await acme.call("POST", missing)).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect((await acme.call("PATCH", `/v1/templates/${id}`)).status).toBe(415);
    expect((await acme.call("POST", "/v1/templates")).status).toBe(415);
  });

  test("JSON that is nested without end, or names prototypes, is refused like any other", async () => {
    const deep = await post("[".repeat(30_000) + "]".repeat(30_000));
    expect(deep.status).toBe(422);
    const polluting = await post('{"__proto__": {"isAdmin": true}, "constructor": 1, "name": "Line"}');
    expect(polluting.status).toBe(422);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  test("a name that JavaScript's objects would swallow is refused in every record, and other odd ones are kept", async () => {
    const conversation = await made<Conversation>(
      acme.call("POST", "/v1/conversations", { lineId: acme.line.id, participants: ["+14255550123"] }),
    );
    const send = async (body: string, method: string, path: string) => {
      const headers = { authorization: `Bearer ${acme.key.key}`, "content-type": "application/json" };
      const response = await gateway.fetch(path, { method, headers, body });
      return { status: response.status, body: await response.json() };
    };
    const { lineId } = conversation;
    const records = [
      ["PATCH", `/v1/conversations/${conversation.id}`, (record: string) => `{"metadata":${record}}`],
      [
        "POST",
        "/v1/conversations",
        (record: string) => `{"lineId":"${lineId}","participants":["+14255550124"],"metadata":${record}}`,
      ],
      [
        "POST",
        `/v1/conversations/${conversation.id}/messages`,
        (record: string) => `{"text":"Hi","metadata":${record}}`,
      ],
      [
        "POST",
        "/v1/carrier-accounts",
        (record: string) =>
          `{"carrier":"sandbox","name":"A","credentials":${record.replace("{", `{${CREDENTIALS_JSON},`)}}`,
      ],
    ] as const;
    for (const [method, path, bodyWith] of records) {
      for (const name of ["__proto__", "\\u005f_proto__"]) {
        const { status, body } = await send(bodyWith(`{"a":"1","${name}":"x"}`), method, path);
        expect([status, body.code], path).toEqual([422, "invalid_input"]);
        expect(body.issues[0].path.at(-1)).toBe("__proto__");
      }
    }
    const odd = { constructor: "a", prototype: "b", toString: "c", hasOwnProperty: "d" };
    const kept = await send(JSON.stringify({ metadata: odd }), "PATCH", `/v1/conversations/${conversation.id}`);
    expect(kept.body.metadata).toEqual(odd);
    const again = await acme.call<Conversation>("GET", `/v1/conversations/${conversation.id}`);
    expect(Object.entries(again.body.metadata).sort()).toEqual(Object.entries(odd).sort());
    const query = await acme.call<Problem>("GET", "/v1/lines?__proto__=1");
    expect([query.status, query.body.code]).toEqual([422, "unknown_field"]);
  });

  test("a name of blanks alone, and an origin that no page has, are refused", async () => {
    for (const blank of [" ", "\t\n", "\u00a0\u3000"]) {
      const named = await acme.call<Problem>("POST", "/v1/lines", lineWith({ name: blank, number: "+12065550196" }));
      expect([named.status, named.body.code, issuePaths(named)]).toEqual([422, "invalid_input", ["name"]]);
      const user = { user: { externalId: "blank", name: blank } };
      expect((await acme.call("POST", "/v1/sessions", user)).status).toBe(422);
    }
    for (const origin of [
      "https://*",
      "https://*.example.com",
      "https://example.com/",
      "https://a b",
      "ftp://example.com",
      "null",
      "*",
    ]) {
      const { status } = await acme.call("PATCH", "/v1/tenant", { allowedOrigins: [origin] });
      expect(status, origin).toBe(422);
    }
    const allowedOrigins = ["https://crm.example.com:8443", "http://localhost:3000", "http://[::1]:3000"];
    const accepted = await acme.call<Tenant>("PATCH", "/v1/tenant", { allowedOrigins });
    expect(accepted.body.allowedOrigins).toEqual(allowedOrigins);
  });

  test("another content type than JSON is 415, so that no form of another site can post", async () => {
    const body = JSON.stringify(lineWith({ number: "+12065550199" }));
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/jsonx",
      "application/json; charset=utf-16",
      'application/json; charset="iso-8859-1"',
    ]) {
      expect((await post(body, { "content-type": type })).body.code, type).toBe("unsupported_media_type");
    }
    const untyped = await gateway.fetch("/v1/lines", {
      method: "POST",
      headers: { authorization: `Bearer ${acme.key.key}` },
      body: new TextEncoder().encode(body),
    });
    expect(untyped.status).toBe(415);
    expect((await post("{}", { "content-type": "application/merge-patch+json; charset=utf-8" })).status).toBe(422);
  });

  test("wrong types and unknown fields are 422 and named one by one", async () => {
    const wrong = await post(JSON.stringify(lineWith({ name: 7, number: ["+12065550198"], sendRate: "fast" })));
    expect([wrong.status, wrong.body.code]).toEqual([422, "invalid_input"]);
    expect(issuePaths(wrong)).toEqual(["name", "number", "sendRate"]);
    const unknown = await post(
      JSON.stringify(lineWith({ number: "+12065550198", colour: "red", capabilities: { fax: true } })),
    );
    expect([unknown.status, unknown.body.code]).toEqual([422, "unknown_field"]);
    expect(issuePaths(unknown)?.sort()).toEqual(["capabilities.fax", "colour"]);
    expect(wrong.body.issues?.every(({ message }) => message.length > 0)).toBe(true);
    for (const body of ["null", "[]", '"text"', "7"]) expect((await post(body)).status).toBe(422);
  });

  test("NUL and halves of surrogate pairs are refused wherever they hide, and nothing is stored", async () => {
    const before = await acme.call("GET", "/v1/lines");
    for (const evil of ["a\0b", "\ud83d", "b\udc00"]) {
      const asName = await acme.call<Problem>("POST", "/v1/lines", lineWith({ name: evil, number: "+12065550197" }));
      expect([asName.status, asName.body.code, issuePaths(asName)]).toEqual([422, "invalid_input", ["name"]]);
      const tenant = await acme.call("PATCH", "/v1/tenant", { appUrl: `https://crm.test/${evil}` });
      expect(tenant.status).toBe(422);
      const query = new URLSearchParams({ cursor: evil });
      expect((await acme.call("GET", `/v1/lines?${query}`)).status).toBeLessThan(500);
    }
    expect((await acme.call("GET", "/v1/users/ext:%00")).status).toBe(404);
    expect((await acme.call("GET", "/v1/users/ext:%ED%A0%80")).status).toBe(404);
    expect((await acme.call("GET", "/v1/conversations?assigneeId=%00")).status).toBe(422);
    expect((await acme.call("GET", "/v1/lines")).body).toEqual(before.body);
  });

  test("a body of 32 MB is 413, with and without a Content-Length, and is not read to its end", async () => {
    const size = 32 * 1024 * 1024;
    const announced = await post(new Uint8Array(10), { "content-length": String(size) });
    expect([announced.status, announced.body.code]).toEqual([413, "body_too_large"]);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 16_384;
        controller.enqueue(new Uint8Array(16_384));
        if (sent >= size) controller.close();
      },
    });
    const counted = await post(endless);
    expect([counted.status, counted.body.code]).toEqual([413, "body_too_large"]);
    expect(sent).toBeLessThan(1024 * 1024);
    const lying = await post(new Uint8Array(200_000), { "content-length": "10" });
    expect(lying.status).toBe(413);
  });

  test("a query parameter that is unknown or given twice is refused", async () => {
    const unknown = await acme.call<Problem>("GET", "/v1/lines?page=2");
    expect([unknown.status, unknown.body.code, issuePaths(unknown)]).toEqual([422, "unknown_field", ["page"]]);
    const onBare = await acme.call<Problem>("GET", "/v1/me?verbose=1");
    expect([onBare.status, onBare.body.code]).toEqual([422, "unknown_field"]);
    const twice = await acme.call<Problem>("GET", "/v1/lines?limit=1&limit=2");
    expect([twice.status, twice.body.code, issuePaths(twice)]).toEqual([422, "invalid_input", ["limit"]]);
    for (const limit of ["0", "201", "1.5", "many", "-1", "1e2", "0x10", "%20", "%2010", "", "+5", "Infinity"]) {
      expect((await acme.call("GET", `/v1/lines?limit=${limit}`)).status, limit).toBe(422);
    }
  });

  test("what is no route is 404, a route's other method 405 with what it answers", async () => {
    expect((await acme.call("GET", "/v1/nothing")).status).toBe(404);
    expect((await acme.call("GET", "/v1/lines/")).status).toBe(404);
    expect((await acme.call("GET", "/v1/../etc/passwd")).status).toBe(404);
    const put = await acme.call<Problem>("PUT", "/v1/lines", {});
    expect([put.status, put.body.code, put.headers.get("allow")]).toEqual([405, "method_not_allowed", "GET, POST"]);
  });

  test("every kind of answer bears the headers that keep a browser from misusing it", async () => {
    const answers = [
      await gateway.fetch("/healthz"),
      await gateway.fetch("/openapi.json"),
      await gateway.fetch("/problems/forbidden"),
      await gateway.fetch("/nothing"),
      await gateway.fetch("/v1/me"),
      await gateway.fetch("/v1/me", { headers: { authorization: `Bearer ${acme.key.key}` } }),
      await gateway.fetch("/v1/lines", {
        method: "OPTIONS",
        headers: { origin: "https://x.test", "access-control-request-method": "GET" },
      }),
    ];
    for (const { url, headers } of answers) {
      expect(headers.get("x-content-type-options"), url).toBe("nosniff");
      expect(headers.get("cache-control"), url).toBe("no-store");
      expect(headers.get("content-security-policy"), url).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(headers.get("referrer-policy"), url).toBe("no-referrer");
      expect(headers.get(HEADERS.requestId), url).toMatch(/^req_/);
    }
  });

  test("a cursor goes on where its page ended, and belongs to its list alone", async () => {
    const beta = await gateway.newTenant(`paged-${store.name}`);
    type List = { data: { id: string }[]; nextCursor: string | null };
    const all = await made<List>(beta.call("GET", "/v1/users"));
    expect(all.data.map(({ id }) => id)).toEqual(
      all.data
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const next: List = await made(beta.call("GET", `/v1/users?limit=3${cursor ? `&cursor=${cursor}` : ""}`));
      paged.push(...next.data.map(({ id }) => id));
      cursor = next.nextCursor;
      if (cursor) {
        const elsewhere = await beta.call<Problem>("GET", `/v1/lines?cursor=${cursor}`);
        expect([elsewhere.status, elsewhere.body.code]).toEqual([400, "invalid_cursor"]);
      }
    } while (cursor);
    expect(paged).toEqual(all.data.map(({ id }) => id));
    for (const forged of ["x", "bm90IGpzb24", btoa('["a"]'), btoa('{"a":1}'), "%00"]) {
      expect((await beta.call("GET", `/v1/users?cursor=${forged}`)).status, forged).toBeLessThan(500);
      expect((await beta.call("GET", `/v1/users?cursor=${forged}`)).status, forged).toBeGreaterThanOrEqual(400);
    }
  });
});
