import type { Handlers } from "../http/route.ts";
import { type AnyWorkKind, workKind } from "../work/kind.ts";
import { carrierBlockKind } from "./carrier-blocks.ts";
import { type OptInOperation, type OptInRouteParts, optInRoutes } from "./routes.ts";

/** Who agreed to be texted: the routes for people and programs, and what carriers report. Keywords come in with texts. */
export interface OptIns {
  readonly routes: Handlers<OptInOperation>;
  readonly kinds: readonly AnyWorkKind[];
}

export function createOptIns(parts: OptInRouteParts): OptIns {
  return { routes: optInRoutes(parts), kinds: [workKind(carrierBlockKind(parts))] };
}
