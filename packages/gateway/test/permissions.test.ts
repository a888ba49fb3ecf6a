import { HEADERS, type Problem } from "@trunkline/protocol";
import { MICROSOFT_FEATURES, type PermissionPlan, planPermissions } from "@trunkline/protocol/permissions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

eachStore((store) => {
  let gateway: TestGateway;
  let acme: TestTenant;

  beforeAll(async () => {
    gateway = await testGateway(store);
    acme = await gateway.newTenant("acme");
  });
  afterAll(() => gateway.stop());

  test("operators, keys and sessions are told what features need, each as the catalogue says", async () => {
    for (const feature of MICROSOFT_FEATURES) {
      expect(await made(acme.call("GET", `/v1/permissions?features=${feature}`))).toEqual(planPermissions([feature]));
    }
    const path = "/v1/permissions?features=mail,directory";
    const plan = planPermissions(["directory", "mail"]);
    expect(await made(acme.users.viewer.call("GET", path))).toEqual(plan);
    const named = { [HEADERS.tenant]: acme.tenant.id };
    expect(await made(gateway.operator("GET", path, undefined, named))).toEqual(plan);
  });

  test("without features it tells those of the tenant that are Microsoft's", async () => {
    const own = () => made<PermissionPlan>(acme.call("GET", "/v1/permissions"));
    expect(await own()).toEqual(planPermissions([]));
    const features = ["mail", "something_else"];
    await made(gateway.operator("PATCH", `/v1/tenants/${acme.tenant.id}`, { features }));
    expect(await own()).toEqual(planPermissions(["mail"]));
  });

  test.each(["mial", "mail,", ",", "", "mail;directory", "MAIL"])(
    "features=%s is refused with the features that there are",
    async (features) => {
      const { status, body } = await acme.call<Problem>("GET", `/v1/permissions?features=${features}`);
      expect([status, body.code, body.issues?.[0]?.path]).toEqual([422, "invalid_input", ["features"]]);
      expect(body.issues?.[0]?.message).toContain("contact_sync");
    },
  );
});
