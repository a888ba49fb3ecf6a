const dollars = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  maximumFractionDigits: 2,
  minimumFractionDigits: 0,
});
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const languages = new Intl.DisplayNames("en", { type: "language" });
const clock = new Intl.DateTimeFormat("en", { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en", { weekday: "short", month: "short", day: "numeric" });

const UNITS = [
  ["week", 7 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

export const money = (value) => dollars.format(value);
export const languageName = (tag) => languages.of(tag) ?? tag;
export const timeOfDay = (date) => clock.format(date);
export const dayName = (date) => day.format(date);

/** `2 days ago`, in the largest unit that fits. */
export function ago(ms) {
  const [unit, length] = UNITS.find(([, size]) => ms >= size) ?? ["minute", 60_000];
  return relative.format(-Math.max(1, Math.round(ms / length)), unit);
}
