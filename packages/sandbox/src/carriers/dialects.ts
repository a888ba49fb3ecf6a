import type { Dialect } from "../carrier/dialect.ts";
import type { SimulatedCarrier } from "../carrier/names.ts";
import { acsDialect } from "./acs/acs.ts";
import { sandboxDialect } from "./sandbox/sandbox.ts";
import { telnyxDialect } from "./telnyx/telnyx.ts";
import { twilioDialect } from "./twilio/twilio.ts";

/** How each carrier speaks. */
export const DIALECTS: Readonly<Record<SimulatedCarrier, Dialect>> = {
  sandbox: sandboxDialect,
  twilio: twilioDialect,
  telnyx: telnyxDialect,
  acs: acsDialect,
};
