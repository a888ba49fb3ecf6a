const MAX_AGE_SECONDS = 600;

/** Graph lets pages of every origin call it: who may do what stands in the token, and no cookie counts. */
export async function openToPages(
  request: Request,
  answer: (request: Request) => Promise<Response>,
): Promise<Response> {
  if (request.headers.get("origin") === null) return answer(request);
  const asked = request.headers.get("access-control-request-method");
  if (request.method === "OPTIONS" && asked !== null) {
    return new Response(null, {
      status: 204,
      headers: {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
        // `*` does not stand for Authorization
        "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "",
        "access-control-max-age": String(MAX_AGE_SECONDS),
      },
    });
  }
  const response = await answer(request);
  if (response.type === "error") return response; // a connection that breaks has no headers
  const open = new Response(response.body, response);
  open.headers.set("access-control-allow-origin", "*");
  open.headers.set("access-control-expose-headers", "*");
  return open;
}
