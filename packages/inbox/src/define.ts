/* Registers `<trunkline-inbox>` and all its parts. Twice on a page is harmless. */
import { defineAs, PREFIX } from "./registry.ts";

defineAs(PREFIX);

export * from "./index.ts";
