import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { ready } from "./support.ts";

// The limit of the framework: a POST whose JSON is read and answered, and nothing else.
const app = new Hono().post("/messages", async (c) => {
  const body = await c.req.json();
  return c.json({ id: "msg", ...body }, 202);
});
const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
  ready({ url: `http://127.0.0.1:${port}` }),
);
process.once("SIGTERM", () => {
  server.close();
  if ("closeAllConnections" in server) server.closeAllConnections();
  process.disconnect();
});
