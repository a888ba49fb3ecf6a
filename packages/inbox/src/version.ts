/** Version of this package, as package.json has it; `version.test.ts` holds the two together. */
export const VERSION = "0.0.0";
