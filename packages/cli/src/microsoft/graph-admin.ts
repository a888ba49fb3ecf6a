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
}

const Application = z.object({ id: z.string(), appId: z.string() });
const GraphError = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/**
 * Makes the registration as an admin: the application, its App ID URI, and its service principal in the admin's own
 * organisation. What was made before a failure is named in the error, so that nobody looks for it.
 */
export async function makeRegistration(
  body: Registration,
  { tabDomain }: Pick<RegistrationOptions, "tabDomain">,
  { graph, token, fetch = globalThis.fetch }: GraphAdminOptions,
): Promise<MadeRegistration> {
  async function call(method: string, path: string, json: object): Promise<unknown> {
    const response = await fetch(`${graph}/v1.0${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(json),
    });
    const text = await response.text();
    if (response.ok) return text === "" ? null : JSON.parse(text);
    const told = z.safeParse(GraphError, parse(text));
    const why = told.success ? `${told.data.error.code}: ${told.data.error.message}` : text.slice(0, 200);
    const id = response.headers.get("request-id");
    throw new CommandFailed(
      `Microsoft Graph answered ${response.status} to ${method} ${path}. ${why}${id === null ? "" : ` (request ${id})`}${hint(response.status)}`,
    );
  }

  const { id, appId } = z.parse(Application, await call("POST", "/applications", body));
  const uri = appIdUri({ tabDomain }, appId);
  try {
    await call("PATCH", `/applications/${id}`, { identifierUris: [uri] });
    await call("POST", "/servicePrincipals", { appId });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new CommandFailed(
      `${error.message}\nThe registration ${appId} was made before that. Delete it in Entra, or go on with --client-id ${appId}.`,
    );
  }
  return { clientId: appId, appIdUri: uri };
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
