import type { Carrier as CarrierName } from "@trunkline/protocol";
import { acsCarrier } from "./acs/acs.ts";
import type { CarrierAdapter } from "./carrier.ts";
import { sandboxCarrier } from "./sandbox.ts";
import { telnyxCarrier } from "./telnyx/telnyx.ts";
import { twilioCarrier } from "./twilio/twilio.ts";

/** The adapter of every carrier that an account can name. */
export const CARRIER_ADAPTERS: Readonly<Record<CarrierName, CarrierAdapter>> = {
  sandbox: sandboxCarrier,
  twilio: twilioCarrier,
  telnyx: telnyxCarrier,
  acs: acsCarrier,
};
