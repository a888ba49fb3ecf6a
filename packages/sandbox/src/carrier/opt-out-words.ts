// What carriers in North America act on by themselves. Source: Twilio, "Support for opt-out keywords (SMS STOP filtering)".
const STOPS = new Set(["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"]);
const STARTS = new Set(["start", "unstop", "yes"]);

/** Whether a carrier that keeps opt-outs blocks (`true`) or frees (`false`) a phone for this text; null for all others. */
export function blockOf(text: string): boolean | null {
  const word = text.trim().toLowerCase();
  if (STOPS.has(word)) return true;
  return STARTS.has(word) ? false : null;
}
