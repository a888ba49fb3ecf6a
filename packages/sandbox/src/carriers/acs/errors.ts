/** An answer that refuses a whole request. */
export function acsError(status: number, code: string, message: string): Response {
  const headers: Record<string, string> = status === 429 || status === 503 ? { "retry-after": "1" } : {};
  return Response.json({ error: { code, message } }, { status, headers });
}

/** An answer that says what is wrong in a body, by field. */
export function acsInvalid(errors: Readonly<Record<string, readonly string[]>>): Response {
  const body = {
    type: "https://tools.ietf.org/html/rfc7231#section-6.5.1",
    title: "One or more validation errors occurred.",
    status: 400,
    errors,
  };
  return Response.json(body, { status: 400, headers: { "content-type": "application/json" } });
}
