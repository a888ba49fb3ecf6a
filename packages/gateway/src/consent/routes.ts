import { rolesWith, type TenantId } from "@trunkline/protocol";
import { isMicrosoftFeature, type MicrosoftFeature } from "@trunkline/protocol/permissions";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import type { Handlers, OutsideRoute } from "../http/route.ts";
import type { Principal } from "../rights/principal.ts";
import { readTenant } from "../tenants/store.ts";
import { answerCallback } from "./callback.ts";
import { checkTenant } from "./check.ts";
import { answerConnectForm, MAX_FORM_BYTES, showConnectPage } from "./connect-page.ts";
import { readKept, toConsent, wantsApproval } from "./consent.ts";
import { makeLink } from "./links.ts";
import { pageFiles } from "./page-files.ts";
import { baseOf, type ConsentParts, entraOf } from "./parts.ts";
import { deleteConnection, deleteMicrosoftTenant, readMicrosoftTenant } from "./store.ts";
import { departTo } from "./trips.ts";

type ConsentOperation = "getConsent" | "connectMicrosoft" | "requestAdmin" | "disconnectMicrosoft";

export function consentRoutes(parts: ConsentParts): Handlers<ConsentOperation> {
  const { database, log, bus, clock } = parts;
  return {
    async getConsent({ principal: { tenantId, user } }) {
      const kept = await database.tenant(tenantId, (tx) => readKept(tx, tenantId, user?.id ?? null));
      return toConsent(kept, clock.now());
    },

    async connectMicrosoft({ principal, body, request }) {
      entraOf(parts);
      const { tenantId, user, actor } = principal;
      const { features, origins, microsoftTenantId } = await readTerms(parts, principal, body.features);
      const returnTo = body.returnTo ?? null;
      if (returnTo !== null && !origins.has(new URL(returnTo).origin)) {
        throw invalid(["returnTo"], "must be an address of an origin that the tenant or the gateway allows");
      }
      const base = baseOf(parts, request);
      const wants = async () => {
        const kept = await database.tenant(tenantId, (tx) => readKept(tx, tenantId, user.id));
        return wantsApproval(kept, features, clock.now());
      };
      // What was granted since the last look is not asked for again.
      if ((await wants()) && (await checkTenant(parts, tenantId)) === "known" && (await wants())) {
        const asked = { tenantId, userId: user.id, features, mayMap: mayMap(principal), actor };
        const page = await makeLink(parts, base, { ...asked, ...(returnTo === null ? {} : { returnTo }) });
        return { url: page.url, expiresAt: new Date(page.expiresAt).toISOString() };
      }
      const plan = { tenantId, kind: "user", userId: user.id, linkId: null, features, returnTo } as const;
      const departure = { ...plan, microsoftTenantId, base };
      const { url, expiresAt } = await departTo(parts, departure, { mayMap: mayMap(principal) });
      return { url, expiresAt: new Date(expiresAt).toISOString() };
    },

    async requestAdmin({ principal, body, request }) {
      entraOf(parts);
      const { tenantId, user, actor } = principal;
      const { features } = await readTerms(parts, principal, body.features);
      const plan = { tenantId, userId: user?.id ?? null, features, mayMap: mayMap(principal), actor };
      const { url, text, expiresAt } = await makeLink(parts, baseOf(parts, request), plan);
      return { url, text, expiresAt: new Date(expiresAt).toISOString() };
    },

    async disconnectMicrosoft({ principal, body, audit }) {
      const { tenantId, user, actor } = principal;
      if (body.of === "tenant") {
        if (!mayMap(principal)) throw onlyWhoMayMap("disconnects the organisation");
        await log.transaction(tenantId, async (tx, record) => {
          if (!(await deleteMicrosoftTenant(tx, tenantId))) return;
          record({ type: "consent.changed", data: { userId: null }, audience: {}, actor });
          await audit(tx, tenantId, { object: { kind: "microsoft", id: null }, before: { of: "tenant" }, after: null });
        });
        bus.publish({ topic: "access", tenantId });
        return;
      }
      if (user === null) throw new Refusal("forbidden", { detail: "Only a session has an account of its own." });
      const { id: userId } = user;
      await log.transaction(tenantId, async (tx, record) => {
        if (!(await deleteConnection(tx, tenantId, userId))) return;
        record({ type: "consent.changed", data: { userId }, audience: { userId }, actor });
        await audit(tx, tenantId, { object: { kind: "microsoft", id: userId }, before: { of: "user" }, after: null });
      });
    },
  };
}

/** What is served without a token: the way back from Microsoft, and pages for people. */
export function consentPages(parts: ConsentParts): OutsideRoute[] {
  return [
    ...pageFiles,
    { method: "GET", path: "/microsoft/callback", maxBytes: 0, handle: (call) => answerCallback(parts, call) },
    { method: "GET", path: "/connect/{token}", maxBytes: 0, handle: (call) => showConnectPage(parts, call) },
    {
      method: "POST",
      path: "/connect/{token}",
      maxBytes: MAX_FORM_BYTES,
      handle: (call) => answerConnectForm(parts, call),
    },
  ];
}

/** Who may decide which organisation a tenant is connected to. */
const mayMap = ({ permissions }: Principal): boolean => permissions.has("tenant.write");

function onlyWhoMayMap(what: string): Refusal {
  const allowedRoles = rolesWith("tenant.write");
  return new Refusal("forbidden", {
    detail: `Somebody with the role ${allowedRoles.join(" or ")} ${what}.`,
    allowedRoles,
  });
}

interface Terms {
  readonly features: readonly MicrosoftFeature[];
  /** Origins to which a browser may be led at the end. */
  readonly origins: ReadonlySet<string>;
  readonly microsoftTenantId: string | null;
}

/** On what terms somebody connects, or asks an administrator to approve. */
async function readTerms(
  { database, allowedOrigins }: ConsentParts,
  principal: Principal,
  asked: readonly MicrosoftFeature[] | undefined,
): Promise<Terms> {
  const { tenantId } = principal;
  const { tenant, microsoft } = await database.tenant(tenantId, (tx) => read(tx, tenantId));
  const features = tenant.features.filter(isMicrosoftFeature);
  const strange = asked?.findIndex((feature) => !features.includes(feature)) ?? -1;
  if (strange >= 0) throw invalid(["features", strange], "is not switched on for this tenant");
  if (microsoft === null && !mayMap(principal)) throw onlyWhoMayMap("connects the organisation first");
  if (microsoft?.state === "suspended") {
    throw new Refusal("forbidden", { detail: "The connection with this Microsoft organisation is suspended." });
  }
  return {
    features: asked ?? features,
    origins: new Set([
      ...allowedOrigins,
      ...tenant.allowedOrigins,
      ...(tenant.appUrl === null ? [] : [new URL(tenant.appUrl).origin]),
    ]),
    microsoftTenantId: microsoft?.microsoft_tenant_id ?? null,
  };

  async function read(tx: Parameters<typeof readTenant>[0], id: TenantId) {
    const found = await readTenant(tx, id);
    if (!found) throw notFound();
    return { tenant: found, microsoft: await readMicrosoftTenant(tx, id) };
  }
}
