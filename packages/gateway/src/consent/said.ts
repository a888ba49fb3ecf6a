/** What Entra said on the way back, as a number. Look at `error` first: a refusal may say `admin_consent=True` too. */
export function saidCode(query: URLSearchParams): number {
  const number = /AADSTS(\d+)/.exec(query.get("error_description") ?? "")?.[1];
  if (number !== undefined) return Number(number);
  if (query.get("error_subcode") === "cancel") return 90094;
  return BY_ERROR[query.get("error") ?? ""] ?? 0;
}

const BY_ERROR: Readonly<Record<string, number>> = {
  access_denied: 65004,
  permission_denied: 65004,
  consent_required: 65001,
  login_required: 50058,
  interaction_required: 50058,
  temporarily_unavailable: 90055,
  server_error: 90055,
};
