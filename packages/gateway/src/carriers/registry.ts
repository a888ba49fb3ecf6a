import type { Carrier as CarrierName } from "@trunkline/protocol";
import type { CarrierAdapter } from "./carrier.ts";
import { sandboxCarrier } from "./sandbox.ts";

/** The adapter of every carrier that an account can name. */
export const CARRIER_ADAPTERS: Readonly<Record<CarrierName, CarrierAdapter>> = {
  sandbox: sandboxCarrier,
};
