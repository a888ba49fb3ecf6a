import { availableParallelism } from "node:os";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { PATIENCE_MS } from "./scripts/lib/patience.ts";
import { findChromium } from "./scripts/lib/tools.mjs";

const chromium = findChromium();

const everywhere = {
  // Far more than any test takes: these end what hangs, and do not judge how fast a machine is.
  testTimeout: 10 * PATIENCE_MS,
  hookTimeout: 10 * PATIENCE_MS,
  expect: { poll: { timeout: PATIENCE_MS } },
  exclude: ["**/node_modules/**", "**/dist/**"],
  setupFiles: ["scripts/vitest-setup.ts"],
};

export default defineConfig({
  // PGlite finds its WebAssembly beside its own module, which the dependency bundle would move away.
  optimizeDeps: { exclude: ["@electric-sql/pglite"] },
  test: {
    maxWorkers: Math.min(4, availableParallelism()), // each may hold a PGlite of about one gigabyte
    passWithNoTests: true,
    teardownTimeout: PATIENCE_MS,
    coverage: { provider: "v8", include: ["packages/*/src/**/*.ts"], reporter: ["text-summary", "html"] },
    projects: [
      {
        extends: true,
        test: {
          ...everywhere,
          name: "node",
          environment: "node",
          setupFiles: [...everywhere.setupFiles, "scripts/vitest-properties.ts"],
          globalSetup: ["packages/gateway/test/support/global-postgres.ts"],
          include: ["packages/*/{src,test}/**/*.test.ts", "examples/*/{src,test}/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: [...everywhere.exclude, "**/*.browser.test.ts", "packages/inbox/**"],
        },
      },
      {
        extends: true,
        test: {
          ...everywhere,
          name: "browser",
          include: [
            "packages/*/{src,test}/**/*.browser.test.ts",
            "packages/inbox/{src,test}/**/*.test.ts",
            "examples/*/{src,test}/**/*.browser.test.ts",
          ],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            connectTimeout: 10 * PATIENCE_MS,
            provider: playwright({
              contextOptions: { locale: "en-US", timezoneId: "UTC" }, // tests read what a page says, on every machine
              launchOptions: {
                ...(chromium === null ? {} : { executablePath: chromium }),
                timeout: 10 * PATIENCE_MS,
                args: [
                  "--no-sandbox",
                  "--disable-gpu",
                  "--disable-background-networking",
                  "--disable-component-update",
                  "--disable-sync",
                  "--no-first-run",
                ],
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
