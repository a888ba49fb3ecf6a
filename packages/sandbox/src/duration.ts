const DURATION =
  /^P(?:(?<weeks>\d+)W|(?:(?<days>\d+)D)?(?:T(?:(?<hours>\d+)H)?(?:(?<minutes>\d+)M)?(?:(?<seconds>\d+(?:[.,]\d{1,3})?)S)?)?)$/;
const MS = { weeks: 604_800_000, days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1000 } as const;

/**
 * Reads an ISO 8601 duration such as `PT15S`, `PT1H30M` or `P2D` into milliseconds; null when it is none. Years and
 * months are refused, because they have no fixed length.
 */
export function parseDuration(text: string): number | null {
  const match = DURATION.exec(text);
  if (!match?.groups || text.endsWith("P") || text.endsWith("T")) return null;
  let ms = 0;
  for (const [unit, length] of Object.entries(MS)) {
    const count = match.groups[unit];
    if (count !== undefined) ms += Number(count.replace(",", ".")) * length;
  }
  return Math.round(ms);
}
