import type { Page, Problem, Template, TemplatePreview } from "@trunkline/protocol";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
  });

  const create = (body: object) => made<Template>(acme.call("POST", "/v1/templates", body));
  const preview = (id: string, body: object = {}) =>
    made<TemplatePreview>(acme.call("POST", `/v1/templates/${id}/preview`, body));

  test("a template is made, read, changed and deleted", async () => {
    const ready = await create({
      name: "Order ready",
      text: "Hi {{name|there}}, order {{order}} is ready",
      locale: "en",
      variants: [{ locale: "es", text: "Hola {{name}}, {{order}} en {{shop|la tienda}}" }],
    });
    expect(ready.variables).toEqual([
      { name: "name", default: "there" },
      { name: "order", default: null },
      { name: "shop", default: "la tienda" },
    ]);
    expect(await made(acme.call("GET", `/v1/templates/${ready.id}`))).toEqual(ready);

    const changed = await made<Template>(
      acme.call("PATCH", `/v1/templates/${ready.id}`, { name: "Ready", variants: [] }),
    );
    expect(changed).toMatchObject({ name: "Ready", text: ready.text, locale: "en", variants: [] });
    expect(changed.variables.map(({ name }) => name)).toEqual(["name", "order"]);
    expect(changed.updatedAt > ready.updatedAt).toBe(true);

    expect((await acme.call("DELETE", `/v1/templates/${ready.id}`)).status).toBe(204);
    for (const method of ["GET", "DELETE"]) {
      expect((await acme.call(method, `/v1/templates/${ready.id}`)).status).toBe(404);
    }
    expect((await acme.call("PATCH", `/v1/templates/${ready.id}`, { name: "Gone" })).status).toBe(404);
  });

  test("a template has no more variables than a call can give values for", async () => {
    const places = (count: number) => Array.from({ length: count }, (_, n) => `{{v${n}}}`).join(" ");
    expect((await create({ name: "Long", text: places(50) })).variables).toHaveLength(50);
    const many = { name: "Longer", text: places(51) };
    expect(await acme.call("POST", "/v1/templates", many)).toMatchObject({
      status: 422,
      body: { code: "invalid_input" },
    });
    const variants = [{ locale: "es", text: places(51) }];
    expect((await acme.call("POST", "/v1/templates", { name: "Long", text: "Hi", variants })).status).toBe(422);
  });

  test("pages list templates by name in any case, and find a part of it", async () => {
    for (const name of ["beta", "Alpha", "gamma 50%", "ALPHA two", `\u0001${"é".repeat(99)}`]) {
      await create({ name, text: "Hello" });
    }
    const names: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Page<Template> = await made(
        acme.call("GET", `/v1/templates?limit=1${cursor && `&cursor=${encodeURIComponent(cursor)}`}`),
      );
      names.push(...page.data.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(names.filter((name) => /^[a-z]/i.test(name))).toEqual(["Alpha", "ALPHA two", "beta", "gamma 50%"]);
    expect(names).toHaveLength(5);
    const named = async (part: string) =>
      (await made<Page<Template>>(acme.call("GET", `/v1/templates?name=${encodeURIComponent(part)}`))).data;
    expect((await named("aLPHa")).map(({ name }) => name)).toEqual(["Alpha", "ALPHA two"]);
    expect((await named("%")).map(({ name }) => name)).toEqual(["gamma 50%"]);
  });

  test("a preview fills in values, chooses the language, and says what is missing and what it costs", async () => {
    const { id } = await create({
      name: "Ready",
      text: "Hi {{name|there}}, {{order}} is ready",
      locale: "en",
      variants: [{ locale: "es", text: "Hola {{name}}, tu pedido {{order}} está listo" }],
    });
    expect(await preview(id)).toEqual({
      text: "Hi there, {{order}} is ready",
      locale: "en",
      missing: ["order"],
      encoding: "gsm7",
      segments: 1,
    });
    expect(await preview(id, { locale: "es-MX", variables: { name: "Ana", order: "{{name}}" } })).toEqual({
      text: "Hola Ana, tu pedido {{name}} está listo",
      locale: "es",
      missing: [],
      encoding: "ucs2",
      segments: 1,
    });
  });

  test("templates are data: names of JavaScript's own are places like any other", async () => {
    const { id, variables } = await create({ name: "T", text: "{{constructor}} {{toString}} {{#if}} {{= 1}}" });
    expect(variables.map(({ name }) => name)).toEqual(["constructor", "toString"]);
    expect(await preview(id)).toMatchObject({
      text: "{{constructor}} {{toString}} {{#if}} {{= 1}}",
      missing: ["constructor", "toString"],
    });
    const variables2 = { constructor: "A", toString: "B" };
    expect(await preview(id, { variables: variables2 })).toMatchObject({ text: "A B {{#if}} {{= 1}}", missing: [] });
  });

  test("a place that is not closed is refused, in words that say how to write it", async () => {
    const closing = expect.stringContaining("write {{name}} or {{name|default}}");
    const open = { name: "T", text: "Hi {{name" };
    const issues = [{ path: ["text"], message: closing }];
    expect(await acme.call("POST", "/v1/templates", open)).toMatchObject({ status: 422, body: { issues } });
    const { id } = await create({ ...open, text: "Hi {{name}}" });
    const variants = [{ locale: "es", text: "Hola {{name}" }];
    expect(await acme.call("PATCH", `/v1/templates/${id}`, { variants })).toMatchObject({
      body: { issues: [{ path: ["variants", 0, "text"], message: closing }] },
    });
  });

  test("a language tag that is none is refused alike by a preview, a check, a text and a broadcast", async () => {
    const { id: templateId } = await create({ name: "T", text: "Hello" });
    const to = { from: acme.line.number, to: "+14255550101", templateId, locale: "e_s" };
    const broadcast = { lineId: acme.line.id, templateId, recipients: [{ to: to.to, locale: "e_s" }] };
    const answers = [
      await acme.call<Problem>("POST", `/v1/templates/${templateId}/preview`, { locale: "e_s" }),
      await acme.call<Problem>("POST", "/v1/messages/check", to),
      await acme.call<Problem>("POST", "/v1/messages", to),
      await acme.call<Problem>("POST", "/v1/broadcasts", broadcast),
    ];
    for (const { status, body } of answers) {
      expect({ status, words: body.issues?.map(({ message }) => message) }).toEqual({
        status: 422,
        words: ["must be a language tag such as es or pt-BR"],
      });
    }
  });

  test("two texts in one language are refused", async () => {
    const twice = { name: "T", text: "Hello", locale: "en", variants: [{ locale: "EN", text: "Hi" }] };
    const issues = [{ path: ["variants", 0, "locale"] }];
    expect(await acme.call("POST", "/v1/templates", twice)).toMatchObject({ status: 422, body: { issues } });
    const { id } = await create({ ...twice, locale: "es" });
    expect(await acme.call("PATCH", `/v1/templates/${id}`, { locale: "en" })).toMatchObject({ status: 422 });
    const variants = [
      { locale: "es", text: "a" },
      { locale: "ES", text: "b" },
    ];
    expect(await acme.call("PATCH", `/v1/templates/${id}`, { locale: null, variants })).toMatchObject({ status: 422 });
  });

  test("a repeated Idempotency-Key makes one template", async () => {
    const key = { "idempotency-key": "t1" };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => acme.call<Template>("POST", "/v1/templates", { name: "T", text: "Hello" }, key)),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  test("members read and preview, and do not write", async () => {
    const { id } = await create({ name: "T", text: "Hello" });
    const { member, admin } = acme.users;
    expect((await member.call("GET", "/v1/templates")).status).toBe(200);
    expect((await member.call("POST", `/v1/templates/${id}/preview`, {})).status).toBe(200);
    expect((await member.call("PATCH", `/v1/templates/${id}`, { name: "U" })).status).toBe(403);
    expect((await admin.call("PATCH", `/v1/templates/${id}`, { name: "U" })).status).toBe(200);
  });
});
