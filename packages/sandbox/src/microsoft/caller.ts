/** Who calls the simulated Graph, as its access token says. */
export interface GraphCaller {
  readonly tenantId: string;
  /** The app that got the token (`appid` or `azp`). */
  readonly clientId: string;
  /** The signed-in person; null when an app calls in its own name. */
  readonly userId: string | null;
  /** Delegated permissions (`scp`); empty when an app calls in its own name. */
  readonly scopes: readonly string[];
  /** Application permissions (`roles`); empty when a person is signed in. */
  readonly roles: readonly string[];
}

/** Reads the `Authorization` header of a request to Graph: the caller, or why there is none. */
export type Authorize = (
  authorizationHeader: string | null,
) => Promise<GraphCaller | "missing" | "invalid" | "expired">;
