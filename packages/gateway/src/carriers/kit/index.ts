/* What every carrier adapter must do, as checks that any test runner can run. */

import { askingChecks } from "./checks.ts";
import type { CarrierCheck, CarrierSubject } from "./subject.ts";
import { webhookChecks } from "./webhook-checks.ts";

/**
 * Everything that an adapter must do, whatever its vendor: hand-overs with the right one of four outcomes, webhooks that
 * are believed by their bytes alone, credentials that leak nowhere.
 *
 * @example for (const { name, run } of carrierChecks(subject)) test(name, run);
 */
export const carrierChecks = (subject: CarrierSubject): CarrierCheck[] => [
  ...askingChecks(subject),
  ...webhookChecks(subject),
];

export {
  type CallOptions,
  type Carrier,
  type CarrierAdapter,
  type CarrierHistory,
  type CarrierNumber,
  type CarrierNumbers,
  CarrierTrouble,
  type CarrierWorld,
  type Credentials,
  type CredentialsCheck,
  CredentialsRefused,
  GENUINE,
  type HandOver,
  type InboundText,
  type LookUp,
  type OutgoingText,
  type Receipt,
  type Verdict,
  type Webhook,
  type WebhookContent,
} from "../carrier.ts";
export {
  type AnswerReader,
  askForList,
  type CheckReader,
  checkByAsking,
  handOver,
  type ListReader,
  type NotAccepted,
} from "../http.ts";
export {
  type CarrierCheck,
  CarrierCheckFailed,
  type CarrierSubject,
  KIT_INBOUND,
  KIT_NOW,
  KIT_SECRET,
  KIT_TEXT,
  KIT_WEBHOOKS,
} from "./subject.ts";
