/** What came of a check, in words. `seen` says what there is, `remedy` what to do about it. */
export type Outcome =
  | { readonly status: "ok" | "not_needed"; readonly seen: string }
  /** `warning`: it works, and somebody should look; `broken`: it does not; `unknown`: it could not be looked at. */
  | { readonly status: "warning" | "broken" | "unknown"; readonly seen: string; readonly remedy: string }
  /** Something else is broken that this stands on: the id of that check. */
  | { readonly status: "not_checked"; readonly because: string };

export type Status = Outcome["status"];

/** One thing that the doctor looks at. */
export interface Check<Ground> {
  /** Stable, for programs and for `--only`: the part of the product, a dot, and what is looked at. */
  readonly id: string;
  /** What must be so, as a statement. */
  readonly about: string;
  /** Ids of checks that this one stands on; where one of them is not well, this one is not made. */
  readonly needs: readonly string[];
  /** Where more about it is told. */
  readonly link: string;
  run(ground: Ground): Outcome | Promise<Outcome>;
}

/** A check with what came of it; what does not apply is null. */
export interface Finding {
  readonly id: string;
  readonly about: string;
  readonly status: Status;
  readonly seen: string;
  readonly remedy: string | null;
  readonly link: string;
  /** With `not_checked`: the check that is the cause. */
  readonly because: string | null;
}

export const ok = (seen: string): Outcome => ({ status: "ok", seen });
export const notNeeded = (seen: string): Outcome => ({ status: "not_needed", seen });
export const warning = (seen: string, remedy: string): Outcome => ({ status: "warning", seen, remedy });
export const broken = (seen: string, remedy: string): Outcome => ({ status: "broken", seen, remedy });
export const unknown = (seen: string, remedy: string): Outcome => ({ status: "unknown", seen, remedy });
export const notChecked = (because: string): Outcome => ({ status: "not_checked", because });
