import * as z from "zod/mini";
import { id, timestamp } from "./schema.ts";

const settings = {
  /** Whether a person's text into a conversation that nobody has makes it theirs. */
  assignOnReply: z.boolean(),
  /** Open conversations in which nothing happened for so many days are closed, as an ISO 8601 duration; null for never. */
  closeAfter: z.nullable(z.string().check(z.regex(/^P[1-9]\d{0,3}D$/, "must be a whole number of days such as P14D"))),
};

/** How a tenant's people share conversations. */
export const TeamworkSettings = z.object(settings);
export type TeamworkSettings = z.infer<typeof TeamworkSettings>;

/** Changes what it names. */
export const UpdateTeamworkSettings = z.partial(z.strictObject(settings));
export type UpdateTeamworkSettings = z.infer<typeof UpdateTeamworkSettings>;

/** The settings of a tenant that has not changed any. */
export const DEFAULT_TEAMWORK: TeamworkSettings = { assignOnReply: false, closeAfter: null };

/** Somebody has begun to type or to look, or has stopped. Say `started` again before it expires. */
export const Signal = z.strictObject({ state: z.enum(["started", "stopped"]) });
export type Signal = z.infer<typeof Signal>;

/** What others hear of it. */
export const ToldSignal = z.object({
  conversationId: id("conv"),
  userId: id("usr"),
  name: z.string(),
  state: z.enum(["started", "stopped"]),
  /** It holds until then, unless it is told again. */
  expiresAt: timestamp,
});
export type ToldSignal = z.infer<typeof ToldSignal>;

/** How long each kind holds, in milliseconds. */
export const SIGNAL_MS = { "conversation.typing": 6_000, "conversation.viewing": 60_000 } as const;

/** The line on which a conversation goes on. */
export const TransferConversation = z.strictObject({ lineId: id("line") });
export type TransferConversation = z.infer<typeof TransferConversation>;
