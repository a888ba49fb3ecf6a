import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { apiKeyAuth, createTrunkline } from "@trunkline/sdk";
import { createApp } from "./app.ts";

const { gatewayUrl, key } = await whereTheGatewayIs();
const trunkline = createTrunkline({ gateway: gatewayUrl, auth: apiKeyAuth(key) });
const app = createApp({
  trunkline,
  gatewayUrl,
  page: await readFile(new URL("page.html", import.meta.url), "utf8"),
  inbox: await readFile(fileURLToPath(import.meta.resolve("@trunkline/inbox/cdn")), "utf8"),
  signedIn: () => ({ id: "me", name: "Sasha Lind" }), // your own sign-in goes here
});

const port = Number(process.env.PORT ?? 3000);
serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, async () => {
  const origin = `http://127.0.0.1:${port}`;
  const { allowedOrigins } = await trunkline.tenant.get();
  if (!allowedOrigins.includes(origin)) await trunkline.tenant.update({ allowedOrigins: [...allowedOrigins, origin] });
  console.log(`My CRM is at ${origin}`);
});

/** A gateway of one's own by its address and key; without them that of a simulated world, which tells its keys. */
async function whereTheGatewayIs(): Promise<{ gatewayUrl: string; key: string }> {
  const { TRUNKLINE_GATEWAY, TRUNKLINE_KEY, TRUNKLINE_WORLD } = process.env;
  if (TRUNKLINE_GATEWAY && TRUNKLINE_KEY) return { gatewayUrl: TRUNKLINE_GATEWAY, key: TRUNKLINE_KEY };
  if (!TRUNKLINE_WORLD)
    throw new Error(
      "Set TRUNKLINE_WORLD to the address that `trunkline dev` printed, or TRUNKLINE_GATEWAY and TRUNKLINE_KEY.",
    );
  const world = await fetch(new URL("/world", TRUNKLINE_WORLD));
  const { gateway, tenants } = (await world.json()) as { gateway: string; tenants: { apiKey: string }[] };
  return { gatewayUrl: gateway, key: tenants[0]?.apiKey ?? "" };
}
