import type { CarrierAccount, Carrier as CarrierName } from "@trunkline/protocol";
import { acsCarrier } from "./acs/acs.ts";
import type { CarrierAdapter } from "./carrier.ts";
import { sandboxCarrier } from "./sandbox.ts";
import { telnyxCarrier } from "./telnyx/telnyx.ts";
import { twilioCarrier } from "./twilio/twilio.ts";

/** Who answers STOP, START and HELP where nobody has said: most carriers do it themselves. Source: their own pages. */
export const KEYWORD_ANSWERS: Readonly<Record<CarrierName, CarrierAccount["keywordAnswers"]>> = {
  sandbox: "gateway",
  twilio: "carrier",
  telnyx: "carrier",
  acs: "carrier",
};

/** The adapter of every carrier that an account can name. */
export const CARRIER_ADAPTERS: Readonly<Record<CarrierName, CarrierAdapter>> = {
  sandbox: sandboxCarrier,
  twilio: twilioCarrier,
  telnyx: telnyxCarrier,
  acs: acsCarrier,
};
