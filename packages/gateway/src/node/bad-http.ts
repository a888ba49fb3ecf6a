import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { ErrorCode } from "@trunkline/protocol";
import { SECURITY_HEADERS } from "../http/headers.ts";
import { toProblem } from "../http/problem.ts";
import { Refusal } from "../http/refusal.ts";
import { requestIds } from "../http/request-id.ts";
import { silentLogger } from "../logger.ts";
import { platformRandom } from "../random.ts";

/*
 * What never becomes a request that the gateway could see, because Node or the adapter refuses it before, is answered with a
 * problem as well.
 */

/** Makes the answer to a request that is not valid HTTP. */
export type BadHttpAnswer = (code: ErrorCode) => Response;

export function badHttpAnswers(): BadHttpAnswer {
  const newRequestId = requestIds(platformRandom);
  return (code) => {
    const requestId = newRequestId();
    const response = toProblem(new Refusal(code), requestId, silentLogger);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
    response.headers.set("request-id", requestId);
    return response;
  };
}

/**
 * Writes the answer to what Node's parser refused.
 *
 * @param socket - null when the connection has begun another answer, into which this one must not be written
 */
export async function answerBadHttp(error: Error, socket: Duplex | null, badHttp: BadHttpAnswer): Promise<void> {
  if (!socket?.writable || ("code" in error && error.code === "ECONNRESET")) return;
  const response = badHttp(codeOf(error));
  const body = await response.text();
  const headers = [...response.headers, ["content-length", Buffer.byteLength(body)], ["connection", "close"]];
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  await new Promise<void>((resolve) => {
    socket.once("close", resolve);
    socket.end(`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status]}\r\n${head}\r\n${body}`, resolve);
  });
}

// Source of the codes: Node.js 24 documentation, "Errors", and the list of llhttp's in `http.Server` "clientError".
function codeOf(error: Error): ErrorCode {
  const code = "code" in error ? error.code : undefined;
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return "request_timeout";
  return code === "HPE_HEADER_OVERFLOW" ? "headers_too_large" : "malformed_request";
}
