import { hex } from "../../random.ts";
import type { DirectoryApp, DirectoryUser } from "../directory-state.ts";
import { enabledUser, isAdministrator } from "./account.ts";
import { reply, told } from "./authorize-answer.ts";
import { demandsSecondFactor } from "./claims-request.ts";
import { type AadstsCode, EntraError } from "./errors.ts";
import { button, page, troublePage } from "./page.ts";
import { describePermission, serviceNeedsAdmin } from "./permission-consent.ts";
import { missingScopes, readScopes, type ScopeRequest } from "./scopes.ts";
import type { Sessions, SignedIn } from "./sessions.ts";
import type { TokenEndpointParts } from "./token-endpoint.ts";
import { pickAccount, signedIn, type Visit } from "./visit.ts";

export interface SignInParts extends TokenEndpointParts {
  readonly sessions: Sessions;
}

/** The authorize page. What a person has done so far is kept under a random name that the page's forms carry. */
export class SignIn {
  readonly #parts: SignInParts;
  readonly #flows = new Map<string, SignedIn>();

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  /** Whether somebody began here what this name stands for. */
  knows(flow: string): boolean {
    return this.#flows.has(flow);
  }

  /** Answers `GET` and, with what was pressed, `POST /{tenant}/oauth2/v2.0/authorize`. */
  async answer(visit: Visit): Promise<Response> {
    const { query } = visit;
    let app: DirectoryApp;
    try {
      app = this.#registered(query);
    } catch (error) {
      return refusal(error); // a redirect to an address that is not registered would be an open one
    }
    try {
      return await this.#step(app, visit);
    } catch (error) {
      if (!(error instanceof EntraError)) throw error;
      return PAGE_ERRORS.has(error.code) && query.get("prompt") !== "none" ? refusal(error) : reply(query, told(error));
    }
  }

  #registered(query: URLSearchParams): DirectoryApp {
    const app = this.#parts.directory.findApp(query.get("client_id") ?? "");
    if (!app) throw new EntraError(700016, `(${query.get("client_id")})`);
    if (!app.isEnabled) throw new EntraError(7000112);
    if (!app.redirectUris.some(({ uri }) => uri === query.get("redirect_uri"))) throw new EntraError(50011);
    return app;
  }

  async #step(app: DirectoryApp, visit: Visit): Promise<Response> {
    const { directory, random } = this.#parts;
    const { query, form } = visit;
    if (query.get("response_type") !== "code") throw new EntraError(700054);
    const request = readScopes(query.get("scope") ?? "", app, directory);
    const account = form.get("account");
    const known = account === null ? this.#flows.get(form.get("flow") ?? "") : undefined;
    const begun = account === null ? signedIn(visit, directory) : { userId: account, hasSecondFactor: false };
    const flow = known ?? begun;
    if (!flow) return pickAccount(visit, directory);
    const name = known ? (form.get("flow") ?? "") : hex(random(16));
    const user = this.#admitted(app, flow.userId);
    const hasSecondFactor = flow.hasSecondFactor || form.get("act") === "approve";
    this.#flows.set(name, { userId: user.id, hasSecondFactor });
    const isDemanded = demandsSecondFactor(query.get("claims")) || directory.policy.conditionalAccess === "mfa";
    if (isDemanded && !hasSecondFactor) {
      if (query.get("prompt") === "none") throw new EntraError(50076);
      return page("Approve the sign-in", "", [button(name, "approve", "Approve")]);
    }
    const response = await this.#consented(app, user, request, { visit, name, hasSecondFactor });
    const { sessions, clock } = this.#parts;
    const cookie = sessions.signIn(visit.session, { userId: user.id, hasSecondFactor }, clock.now(), random);
    response.headers.append("set-cookie", cookie);
    return response;
  }

  async #consented(
    app: DirectoryApp,
    user: DirectoryUser,
    request: ScopeRequest,
    { visit: { query, form }, name, hasSecondFactor }: { visit: Visit; name: string; hasSecondFactor: boolean },
  ): Promise<Response> {
    const { directory } = this.#parts;
    const act = form.get("act");
    if (act === "decline") return reply(query, told(new EntraError(65004)));
    if (act === "cancel") {
      return reply(query, told(new EntraError(directory.policy.adminConsentRequests ? 90095 : 90094)));
    }
    const missing = missingScopes(request, app, user.id, directory);
    const isForced = query.get("prompt") === "consent" && act !== "accept";
    if (missing.length > 0 || isForced) {
      if (query.get("prompt") === "none") return reply(query, told(new EntraError(65001, `(${app.displayName})`)));
      const asked = isForced ? [...request.scopes] : missing;
      if (!this.#mayConsent(user, request, asked)) return this.#needsApproval(name, app);
      if (act !== "accept") return consentPage(name, app, user, [...asked, ...request.signIn]);
      const isForEverybody = isAdministrator(user) && form.get("everybody") === "1";
      directory.grantScopes(app.clientId, isForEverybody ? null : user.id, asked, request.resource);
    }
    this.#flows.delete(name);
    return this.#withCode(app, user, query, hasSecondFactor);
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
    if (isAdministrator(user)) return true;
    if (user.role === "guest" || !directory.policy.userConsent) return false;
    return !asked.some((scope) => serviceNeedsAdmin(resource, scope));
  }

  #needsApproval(flow: string, app: DirectoryApp): Promise<Response> {
    const code = this.#parts.directory.policy.adminConsentRequests ? 90095 : 90094;
    const text = `AADSTS${code}: ${app.displayName} needs permission that only an admin can grant.`;
    return page("Need admin approval", text, [
      button(flow, "cancel", "Return to the application without granting consent"),
    ]);
  }

  #withCode(
    app: DirectoryApp,
    user: DirectoryUser,
    query: URLSearchParams,
    hasSecondFactor: boolean,
  ): Promise<Response> {
    const { vault, clock, random } = this.#parts;
    const code = vault.newCode(
      {
        clientId: app.clientId,
        userId: user.id,
        redirectUri: query.get("redirect_uri") ?? "",
        scope: query.get("scope") ?? "",
        nonce: query.get("nonce"),
        challenge: query.get("code_challenge"),
        hasSecondFactor,
      },
      clock.now(),
      random,
    );
    return reply(query, { code });
  }
}

// What Entra tells on a page of its own; everything else goes back to the app.
const PAGE_ERRORS: ReadonlySet<AadstsCode> = new Set<AadstsCode>([50020, 50034, 50057, 50105, 53003]);

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
      ...(isAdministrator(user) ? [everybody] : []),
      button(flow, "decline", "Cancel"),
    ],
    scopes.map(describePermission),
  );
}

async function refusal(error: unknown): Promise<Response> {
  if (!(error instanceof EntraError)) throw error;
  return troublePage(error);
}
