import { type Http, networkError } from "../http.ts";
import type { Store } from "../store/store.ts";
import type { FetchedCalls } from "./parts/calls.ts";

/** Gives the call of that name. */
export type FetchedCall = <Name extends keyof FetchedCalls>(name: Name) => FetchedCalls[Name];

/**
 * Calls whose code is fetched when the first of them is made, so that they cost nothing to the many pages that make none.
 * The build makes `parts/` files of their own.
 */
export function fetchedCalls(http: Http, store: Store): FetchedCall {
  return (name) =>
    ((...input: never[]) =>
      import("./parts/calls.ts").then(
        (part) => (part.calls(http, store)[name] as (...input: never[]) => unknown)(...input),
        (cause) => {
          throw networkError(cause);
        },
      )) as FetchedCalls[typeof name];
}
