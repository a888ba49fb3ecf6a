import { systemClock } from "@trunkline/gateway";
import type { MicrosoftSettingValues } from "@trunkline/gateway/node";
import { attachToWorld, WorldRefused } from "@trunkline/sandbox/node";
import * as z from "zod/mini";
import { CommandFailed } from "../command-line/command.ts";
import type { MicrosoftSubject } from "./microsoft/subject.ts";

/** Where Microsoft is, as the doctor reaches it. */
export interface Place {
  readonly subject: Pick<MicrosoftSubject, "fetch" | "clock" | "cloud" | "registration" | "organisation">;
  close(): Promise<void>;
}

const Tenant = z.object({ tenantId: z.string() });

/**
 * The outside world, or a simulated one. A simulated one is asked about the registration that the settings name, and
 * where they name none about the one that it gives its own gateways.
 *
 * @throws CommandFailed when no simulated world answers at the address
 */
export async function placeOf(sandbox: string | undefined, settings: MicrosoftSettingValues): Promise<Place> {
  if (sandbox === undefined) {
    const fetch = (...request: Parameters<typeof globalThis.fetch>) => globalThis.fetch(...request);
    return { subject: { fetch, clock: systemClock(), organisation: null }, close: () => Promise.resolve() };
  }
  const world = await attachToWorld({ url: sandbox }).catch((error: unknown) => {
    throw error instanceof WorldRefused ? new CommandFailed(error.message, { cause: error }) : error;
  });
  const { clock, fetch, microsoft } = world;
  const answer = await fetch(`${sandbox.replace(/\/+$/, "")}/world/microsoft`);
  const { tenantId } = z.parse(Tenant, await answer.json());
  return {
    subject: {
      fetch,
      clock,
      organisation: tenantId,
      ...(settings.microsoftClientId === undefined
        ? { registration: microsoft }
        : microsoft.cloud && { cloud: microsoft.cloud }),
    },
    close: () => world.close(),
  };
}
