import {
  DEFAULT_MICROSOFT,
  DEFAULT_SENDING,
  DEFAULT_TEAMWORK,
  type MicrosoftSettings,
  type SendingSettings,
  type TeamworkSettings,
  type TenantLimits,
  type UpdateMicrosoftSettings,
  type UpdateSendingSettings,
  type UpdateTeamworkSettings,
  type UpdateTenantLimits,
} from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import { json } from "../store/json.ts";

/** The settings in force: what was changed, over the defaults. */
export function toSending({ answers, ...changed }: UpdateSendingSettings): SendingSettings {
  return over(DEFAULT_SENDING, { ...changed, answers: over(DEFAULT_SENDING.answers, answers ?? {}) });
}

const NO_LIMITS: TenantLimits = { requestsPerSecond: null, textsPerDay: null, auditDays: null };

export function toLimits(changed: UpdateTenantLimits): TenantLimits {
  return over(NO_LIMITS, changed);
}

export function toMicrosoft(changed: UpdateMicrosoftSettings): MicrosoftSettings {
  return over(DEFAULT_MICROSOFT, changed);
}

export function toTeamwork(changed: UpdateTeamworkSettings): TeamworkSettings {
  return over(DEFAULT_TEAMWORK, changed);
}

/** `changed` over `defaults`. What was stored holds no `undefined`, which the types cannot know. */
function over<Settings extends object>(
  defaults: Settings,
  changed: { [Key in keyof Settings]?: Settings[Key] | undefined },
): Settings {
  return { ...defaults, ...(changed as Partial<Settings>) };
}

/** The column `sending` after a change, which names only what it changes. */
export function changedSending({ answers, ...rest }: UpdateSendingSettings): RawBuilder<UpdateSendingSettings> {
  const merged = sql<UpdateSendingSettings>`sending || ${json(rest)}`;
  if (answers === undefined) return merged;
  return sql<UpdateSendingSettings>`${merged} || jsonb_build_object('answers',
    coalesce(sending -> 'answers', '{}') || ${json(answers)})`;
}

/** The column `limits` after a change. */
export function changedLimits(given: UpdateTenantLimits): RawBuilder<UpdateTenantLimits> {
  return sql<UpdateTenantLimits>`limits || ${json(given)}`;
}

/** The column `microsoft` after a change. */
export function changedMicrosoft(given: UpdateMicrosoftSettings): RawBuilder<UpdateMicrosoftSettings> {
  return sql<UpdateMicrosoftSettings>`microsoft || ${json(given)}`;
}

/** The column `teamwork` after a change. */
export function changedTeamwork(given: UpdateTeamworkSettings): RawBuilder<UpdateTeamworkSettings> {
  return sql<UpdateTeamworkSettings>`teamwork || ${json(given)}`;
}
