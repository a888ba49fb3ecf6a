/*
 * The CRM's own server. Everything is a POST of the page's own origin, so that no name and no number stands in an
 * address.
 */

/** @param {string} path @param {unknown} [body] @param {AbortSignal} [signal] */
async function post(path, body, signal) {
  const response = await fetch(path, {
    method: "POST",
    signal,
    ...(body === undefined
      ? {}
      : {
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
  });
  if (response.ok) return response;
  const { message } = await response.json().catch(() => ({ message: "The server did not answer." }));
  throw new Error(message);
}

export const loadCrm = async () => (await post("/api/crm")).json();
export const signIn = (user) => post("/api/sign-in", { user });
export const contactOf = async (conversationId) => (await post("/api/contact-of", { conversationId })).json();
export const textFromPhone = (number, to, text) => post("/api/phone/texts", { number, to, text });

/**
 * What a phone shows, as it happens: first everything so far, then each new text. Ends with `signal`.
 * @param {string} number
 * @param {AbortSignal} signal
 */
export async function* followPhone(number, signal) {
  const { body } = await post("/api/phone/follow", { number }, signal);
  let rest = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    rest += chunk;
    const frames = rest.split("\n\n");
    rest = frames.pop() ?? "";
    for (const frame of frames) {
      const type = /^event: (.*)$/m.exec(frame)?.[1];
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (type !== undefined && data !== undefined) yield { type, data: JSON.parse(data) };
    }
  }
}
