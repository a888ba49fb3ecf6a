/** An identifier with its kind in front: `conv_…` and `line_…` do not mix. The rest is 26 characters, sortable by time. */
export type Id<Prefix extends string> = `${Prefix}_${string}`;

/** The prefix of every kind of identifier, by the word used for it in code. */
export const ID_PREFIXES = {
  tenant: "ten",
  user: "usr",
  group: "grp",
  session: "ses",
  key: "key",
  line: "line",
  carrierAccount: "acc",
  conversation: "conv",
  message: "msg",
  template: "tpl",
  broadcast: "bct",
  filter: "flt",
  optInEntry: "opt",
  webhook: "whk",
  webhookDelivery: "whd",
  event: "evt",
  auditEntry: "aud",
  media: "med",
} as const;

export type IdKind = keyof typeof ID_PREFIXES;
export type IdPrefix = (typeof ID_PREFIXES)[IdKind];

export type TenantId = Id<"ten">;
export type UserId = Id<"usr">;
export type GroupId = Id<"grp">;
export type SessionId = Id<"ses">;
export type KeyId = Id<"key">;
export type LineId = Id<"line">;
export type CarrierAccountId = Id<"acc">;
export type ConversationId = Id<"conv">;
export type MessageId = Id<"msg">;
export type TemplateId = Id<"tpl">;
export type BroadcastId = Id<"bct">;
export type WebhookId = Id<"whk">;
export type WebhookDeliveryId = Id<"whd">;
export type FilterId = Id<"flt">;
export type EventId = Id<"evt">;
export type MediaId = Id<"med">;

/** A user by our id, or by the id the host application gave them: `ext:<externalId>`. */
export type UserRef = UserId | `ext:${string}`;

/** Tells whether `value` has the form of an identifier of that kind; says nothing of whether it exists. */
export function isId<Prefix extends IdPrefix>(prefix: Prefix, value: unknown): value is Id<Prefix> {
  return typeof value === "string" && value.length === prefix.length + 27 && idPattern(prefix).test(value);
}

/** The form of an identifier: the prefix, `_`, and 26 characters of Crockford's base 32 in lower case. */
export function idPattern(prefix: IdPrefix): RegExp {
  return new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`);
}
