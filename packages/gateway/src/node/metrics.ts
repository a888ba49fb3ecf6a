import { once } from "node:events";
import { createServer } from "node:http";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { CarrierMoodRecord } from "../carriers/moods.ts";
import type { RequestRecord } from "../options.ts";

/** What a gateway counts about itself, in Prometheus' text format. */
export interface Metrics {
  /** Give it to `createGateway`. */
  onRequest(record: RequestRecord): void;
  /** Give it to `createGateway`. */
  onCarrierMood(record: CarrierMoodRecord): void;
  text(): Promise<string>;
  /** Serves `GET /metrics` on a port of its own, which is nobody's but the operator's. */
  serve(options: { port: number; host?: string }): Promise<{ url: string; close(): Promise<void> }>;
}

/** Bounds of the histogram in seconds: from what a look-up costs to what a client gives up on. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Each call counts for itself: two gateways in one process do not meet. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "trunkline_http_requests_total",
    help: "Requests answered, by route and status.",
    labelNames: ["method", "route", "status"],
    registers: [registry],
  });
  const durations = new Histogram({
    name: "trunkline_http_request_duration_seconds",
    help: "Time from a request's arrival to the beginning of its answer.",
    labelNames: ["method", "route"],
    buckets: BUCKETS,
    registers: [registry],
  });
  const unreachable = new Set<string>();
  new Gauge({
    name: "trunkline_carrier_accounts_unreachable",
    help: "Carrier accounts whose texts wait because this node cannot reach their carrier.",
    registers: [registry],
    collect() {
      this.set(unreachable.size);
    },
  });
  return {
    onCarrierMood({ accountId, circuit }) {
      if (circuit === "closed") unreachable.delete(accountId);
      else unreachable.add(accountId);
    },
    onRequest({ method, route, status, durationMs }) {
      // Methods and routes that nobody serves would let strangers make up any number of series.
      const labels = route === null ? { method: "other", route: "other" } : { method, route };
      requests.inc({ ...labels, status: String(status) });
      durations.observe(labels, durationMs / 1000);
    },
    text: () => registry.metrics(),
    async serve({ port, host = "127.0.0.1" }) {
      const server = createServer((incoming, outgoing) => {
        if (incoming.method !== "GET" || incoming.url !== "/metrics") {
          outgoing.writeHead(404).end();
          return;
        }
        registry.metrics().then(
          (text) => outgoing.writeHead(200, { "content-type": registry.contentType }).end(text),
          () => outgoing.writeHead(500).end(),
        );
      });
      server.listen(port, host);
      await once(server, "listening");
      const address = server.address();
      if (typeof address !== "object" || address === null) throw new Error("an HTTP server without a port");
      return {
        url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}/metrics`,
        async close() {
          server.close();
          server.closeAllConnections();
          await once(server, "close");
        },
      };
    },
  };
}
