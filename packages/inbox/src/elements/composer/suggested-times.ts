import { wallClock } from "../../shared/zone-times.ts";

/** A time that is worth suggesting: `2026-03-08T09:00` on the wall of a zone. */
export interface SuggestedTime {
  readonly kind: "today" | "tomorrow" | "monday";
  readonly local: string;
}

/** Hour of day until which it may be suggested, and the hour that is. */
const LATER_TODAY = [
  { before: 11, at: "13:00" },
  { before: 16, at: "17:00" },
  { before: 18, at: "19:00" },
] as const;
const MORNING = "09:00";
const MONDAY = 1;

/** When a text might go that need not go now: later today, tomorrow and on Monday in the morning. */
export function suggestedTimes(now: Date, timeZone: string): SuggestedTime[] {
  const wall = wallClock(now, timeZone);
  const [today = "", time = ""] = wall.split("T");
  const hour = Number(time.slice(0, 2));
  const later = LATER_TODAY.find(({ before }) => hour < before);
  const times: SuggestedTime[] = later ? [{ kind: "today", local: `${today}T${later.at}` }] : [];
  times.push({ kind: "tomorrow", local: `${dayAfter(today, 1)}T${MORNING}` });
  const untilMonday = (MONDAY + 7 - new Date(`${today}T00:00Z`).getUTCDay()) % 7 || 7;
  if (untilMonday > 1) times.push({ kind: "monday", local: `${dayAfter(today, untilMonday)}T${MORNING}` });
  return times;
}

/** Whether it is the same day on the walls of two zones; where not, "today" is somebody's own. */
export function sharesDay(now: Date, one: string, other: string): boolean {
  return wallClock(now, one).slice(0, 10) === wallClock(now, other).slice(0, 10);
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
