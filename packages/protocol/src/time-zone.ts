import * as z from "zod/mini";

/** The name of a time zone that this platform knows. */
export const timeZone = z.string().check(
  z.maxLength(64),
  z.refine((zone) => isTimeZone(zone), "must be an IANA time zone such as America/New_York"),
);

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false; // RangeError is how the platform says "no such zone"
  }
}
