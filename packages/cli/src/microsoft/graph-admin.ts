import * as z from "zod";
import { CommandFailed } from "../command-line/command.ts";
import { appIdUri, type Registration, type RegistrationOptions } from "./registration.ts";

/** An app registration that was made. */
export interface MadeRegistration {
  readonly clientId: string;
  readonly appIdUri: string;
}

export interface GraphAdminOptions {
  /** Such as `https://graph.microsoft.com`. */
  readonly graph: string;
  /** A token of an admin for Graph, with `Application.ReadWrite.All`. */
  readonly token: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Waits so many milliseconds. @default by the machine's own timer */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** Before what was made a moment ago is asked for again: not all of Entra knows it at once. In milliseconds. */
const WAITS_MS = [500, 1000, 2000, 4000, 8000];
/** How Graph says that it does not know something yet, or not any more. */
const NOT_FOUND = ["Request_ResourceNotFound", "Request_BadRequest"];

const Application = z.object({ id: z.string(), appId: z.string() });
const GraphError = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/**
 * Makes the registration as an admin: the application, its App ID URI, and its service principal in the admin's own
 * organisation. What Entra does not know of yet is asked again for some seconds. What was made before a failure is named
 * in the error, so that nobody looks for it.
 */
export async function makeRegistration(
  body: Registration,
  { tabDomain }: Pick<RegistrationOptions, "tabDomain">,
  { graph, token, fetch = globalThis.fetch, pause = wait }: GraphAdminOptions,
): Promise<MadeRegistration> {
  async function call(method: string, path: string, json: object): Promise<unknown> {
    const response = await fetch(`${graph}/v1.0${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(json),
    }).catch((cause: unknown) => {
      throw new CommandFailed(`Microsoft Graph could not be reached at ${graph}.`, { cause });
    });
    const text = await response.text();
    if (response.ok) return text === "" ? null : JSON.parse(text);
    const told = z.safeParse(GraphError, parse(text));
    const why = told.success ? `${told.data.error.code}: ${told.data.error.message}` : text.slice(0, 200);
    const id = response.headers.get("request-id");
    throw new GraphSaidNo(
      told.success ? told.data.error.code : null,
      `Microsoft Graph answered ${response.status} to ${method} ${path}. ${why}${id === null ? "" : ` (request ${id})`}${hint(response.status)}`,
    );
  }

  async function callSoon(method: string, path: string, json: object): Promise<void> {
    for (const ms of WAITS_MS) {
      try {
        return void (await call(method, path, json));
      } catch (error) {
        if (!(error instanceof GraphSaidNo) || !NOT_FOUND.includes(error.code ?? "")) throw error;
        await pause(ms);
      }
    }
    await call(method, path, json);
  }

  const { id, appId } = z.parse(Application, await call("POST", "/applications", body));
  const uri = appIdUri({ tabDomain }, appId);
  try {
    await callSoon("PATCH", `/applications/${id}`, { identifierUris: [uri] });
    await callSoon("POST", "/servicePrincipals", { appId });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new CommandFailed(
      `${error.message}\nThe registration ${appId} was made before that. Delete it in Entra, or go on with --client-id ${appId}.`,
    );
  }
  return { clientId: appId, appIdUri: uri };
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A refusal of Graph's, with its code. */
class GraphSaidNo extends CommandFailed {
  readonly code: string | null;

  constructor(code: string | null, message: string) {
    super(message);
    this.code = code;
  }
}

function hint(status: number): string {
  if (status === 401) return "\nThe token has ended or is for another service. Get a new one for Microsoft Graph.";
  if (status === 403) return "\nThe token needs Application.ReadWrite.All, and its bearer the right to register apps.";
  return "";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy's page; its beginning is shown
  }
}
