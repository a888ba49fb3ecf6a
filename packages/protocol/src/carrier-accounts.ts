import * as z from "zod/mini";
import { id, text, timestamp } from "./schema.ts";

/** Names of the carriers that have an adapter. `sandbox` is the simulated one. */
export const CARRIERS = ["sandbox", "twilio", "telnyx", "acs"] as const;
export type Carrier = (typeof CARRIERS)[number];

/** Credentials by name, as the carrier's adapter asks for them. Sealed at rest, never answered. */
const credentials = z.record(text({ min: 1, max: 64 }), text({ min: 1, max: 4000 }));

/** Who answers STOP, START and HELP: many carriers do it themselves, and two answers would be one too many. */
const keywordAnswers = z.enum(["gateway", "carrier"]);

export const CarrierAccount = z.object({
  id: id("acc"),
  carrier: z.enum(CARRIERS),
  name: text({ min: 1, max: 200 }),
  keywordAnswers,
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type CarrierAccount = z.infer<typeof CarrierAccount>;

export const CreateCarrierAccount = z.strictObject({
  carrier: z.enum(CARRIERS),
  name: text({ min: 1, max: 200 }),
  credentials,
  keywordAnswers: z.optional(keywordAnswers),
});
export type CreateCarrierAccount = z.infer<typeof CreateCarrierAccount>;

export const UpdateCarrierAccount = z.partial(
  z.strictObject({ name: text({ min: 1, max: 200 }), credentials, keywordAnswers }),
);
export type UpdateCarrierAccount = z.infer<typeof UpdateCarrierAccount>;
