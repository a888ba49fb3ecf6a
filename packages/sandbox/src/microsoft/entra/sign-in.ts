import { hex } from "../../random.ts";
import type { DirectoryApp, DirectoryUser } from "../directory-state.ts";
import { enabledUser } from "./account.ts";
import { type AadstsCode, EntraError } from "./errors.ts";
import { accountPage, button, page, troublePage } from "./page.ts";
import { describePermission, needsAdmin } from "./permission-consent.ts";
import { missingScopes, readScopes, type ScopeRequest } from "./scopes.ts";
import type { TokenEndpointParts } from "./token-endpoint.ts";

interface Flow {
  readonly userId: string;
  readonly hasSecondFactor: boolean;
}

/** The authorize page. What a person has done so far is kept under a random name that the page's forms carry. */
export class SignIn {
  readonly #parts: TokenEndpointParts;
  readonly #flows = new Map<string, Flow>();

  constructor(parts: TokenEndpointParts) {
    this.#parts = parts;
  }

  /** Answers `GET` and, with what was pressed, `POST /{tenant}/oauth2/v2.0/authorize`. */
  async answer(query: URLSearchParams, form: URLSearchParams): Promise<Response> {
    let app: DirectoryApp;
    try {
      app = this.#registered(query);
    } catch (error) {
      return refusal(error); // a redirect to an address that is not registered would be an open one
    }
    try {
      return await this.#step(app, query, form);
    } catch (error) {
      if (!(error instanceof EntraError)) throw error;
      return PAGE_ERRORS.has(error.code) && query.get("prompt") !== "none" ? refusal(error) : reply(query, said(error));
    }
  }

  #registered(query: URLSearchParams): DirectoryApp {
    const app = this.#parts.directory.findApp(query.get("client_id") ?? "");
    if (!app) throw new EntraError(700016, `(${query.get("client_id")})`);
    if (!app.isEnabled) throw new EntraError(7000112);
    if (!app.redirectUris.some(({ uri }) => uri === query.get("redirect_uri"))) throw new EntraError(50011);
    return app;
  }

  async #step(app: DirectoryApp, query: URLSearchParams, form: URLSearchParams): Promise<Response> {
    const { directory, random } = this.#parts;
    const request = readScopes(query.get("scope") ?? "", app, directory);
    const account = form.get("account");
    const name = account === null ? (form.get("flow") ?? "") : hex(random(16));
    if (account !== null) this.#flows.set(name, { userId: account, hasSecondFactor: false });
    const flow = this.#flows.get(name);
    if (!flow) return this.#pickAccount(query);
    const user = this.#admitted(app, flow.userId);
    const hasSecondFactor = flow.hasSecondFactor || form.get("act") === "approve";
    if (directory.policy.conditionalAccess === "mfa" && !hasSecondFactor) {
      return page("Approve the sign-in", "", [button(name, "approve", "Approve")]);
    }
    this.#flows.set(name, { ...flow, hasSecondFactor });
    if (form.get("act") === "decline") throw new EntraError(65004);
    const missing = missingScopes(request, app, user.id, directory);
    if (form.get("act") === "cancel") throw new EntraError(directory.policy.adminConsentRequests ? 90095 : 90094);
    const isForced = query.get("prompt") === "consent" && form.get("act") !== "accept";
    if (missing.length > 0 || isForced) {
      const asked = isForced ? [...request.scopes] : missing;
      if (!this.#mayConsent(user, request, asked)) return this.#needsApproval(name, app);
      if (form.get("act") !== "accept") return consentPage(name, app, user, [...asked, ...request.signIn]);
      const isForEverybody = user.role === "global_admin" && form.get("everybody") === "1";
      directory.grantScopes(app.clientId, isForEverybody ? null : user.id, asked, request.resource);
    }
    this.#flows.delete(name);
    return this.#withCode(app, user, query);
  }

  async #pickAccount(query: URLSearchParams): Promise<Response> {
    if (query.get("prompt") === "none") throw new EntraError(50058);
    const hint = query.get("login_hint")?.toLowerCase();
    const users = this.#parts.directory.users;
    const fitting = users.filter(({ upn }) => upn.toLowerCase() === hint);
    return accountPage(fitting.length > 0 ? fitting : users);
  }

  #admitted(app: DirectoryApp, userId: string): DirectoryUser {
    const { directory } = this.#parts;
    const user = enabledUser(directory, userId);
    if (app.assignedUsers !== null && !app.assignedUsers.includes(user.id)) throw new EntraError(50105);
    if (directory.policy.conditionalAccess === "block") throw new EntraError(53003);
    return user;
  }

  #mayConsent(user: DirectoryUser, { resource }: ScopeRequest, asked: readonly string[]): boolean {
    const { directory } = this.#parts;
    if (user.role === "global_admin") return true;
    if (user.role === "guest" || !directory.policy.userConsent) return false;
    return directory.findApp(resource) !== undefined || !asked.some(needsAdmin);
  }

  #needsApproval(flow: string, app: DirectoryApp): Promise<Response> {
    const code = this.#parts.directory.policy.adminConsentRequests ? 90095 : 90094;
    const text = `AADSTS${code}: ${app.displayName} needs permission that only an admin can grant.`;
    return page("Need admin approval", text, [
      button(flow, "cancel", "Return to the application without granting consent"),
    ]);
  }

  #withCode(app: DirectoryApp, user: DirectoryUser, query: URLSearchParams): Response {
    const { vault, clock, random } = this.#parts;
    const code = vault.newCode(
      {
        clientId: app.clientId,
        userId: user.id,
        redirectUri: query.get("redirect_uri") ?? "",
        scope: query.get("scope") ?? "",
        nonce: query.get("nonce"),
        challenge: query.get("code_challenge"),
      },
      clock.now(),
      random,
    );
    return reply(query, { code });
  }
}

// What Entra tells on a page of its own; everything else goes back to the app.
const PAGE_ERRORS: ReadonlySet<AadstsCode> = new Set<AadstsCode>([50034, 50057, 50105, 53003]);

function consentPage(
  flow: string,
  app: DirectoryApp,
  user: DirectoryUser,
  scopes: readonly string[],
): Promise<Response> {
  const everybody = {
    ...button(flow, "accept", "Accept, on behalf of your organisation"),
    also: { flow, everybody: "1" },
  };
  return page(
    "Permissions requested",
    `${app.displayName} would like to:`,
    [
      button(flow, "accept", "Accept"),
      ...(user.role === "global_admin" ? [everybody] : []),
      button(flow, "decline", "Cancel"),
    ],
    scopes.map(describePermission),
  );
}

function said(error: EntraError): Record<string, string> {
  return {
    error: error.error,
    ...(error.code === 90094 || error.code === 90095 ? { error_subcode: "cancel" } : {}),
    error_description: error.message,
  };
}

async function refusal(error: unknown): Promise<Response> {
  if (!(error instanceof EntraError)) throw error;
  return troublePage(error);
}

function reply(query: URLSearchParams, fields: Record<string, string>): Response {
  const state = query.get("state");
  const answer = new URLSearchParams({ ...fields, ...(state === null ? {} : { state }) });
  const target = new URL(query.get("redirect_uri") ?? "");
  if (query.get("response_mode") === "fragment") target.hash = answer.toString();
  else for (const [name, value] of answer) target.searchParams.set(name, value);
  return new Response(null, { status: 302, headers: { location: target.href, "cache-control": "no-store" } });
}
