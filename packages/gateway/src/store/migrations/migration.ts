/** One step of the schema: forward only, in one transaction with the row that records it. */
export interface Migration {
  version: number;
  name: string;
  /** Statements in order; none of them has parameters. */
  statements: readonly string[];
}
