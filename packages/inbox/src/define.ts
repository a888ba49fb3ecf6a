/* Registers `<trunkline-inbox>` and all its parts. Twice on a page is harmless. */
import { defineAs } from "./registry.ts";
import { PREFIX } from "./shared/register.ts";

defineAs(PREFIX);

export * from "./index.ts";
