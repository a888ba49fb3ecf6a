import * as z from "zod/mini";

/** One thing wrong with the request: where, and what would be right. */
export const Issue = z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string() });
export type Issue = z.infer<typeof Issue>;

/** RFC 9457 problem details. `type` is the address of the page that explains `code`,
 * relative to the gateway. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.optional(z.string()),
  requestId: z.string(),
  issues: z.optional(z.array(Issue)),
  /** With `forbidden`: the roles that may do it. */
  allowedRoles: z.optional(z.array(z.string())),
});
export type Problem = z.infer<typeof Problem>;

/** Every gateway explains its own codes: `type` is this path on the gateway that answered, followed by the code. */
export const PROBLEM_PATH = "/problems/";
