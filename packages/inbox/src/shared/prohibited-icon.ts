import type { IconShape } from "./icons.ts";

/** Who wants no texts. Path of a Fluent System Icon. Source: npm @fluentui/svg-icons 1.1.343, Copyright (c) Microsoft Corporation, MIT. */
export const PROHIBITED: IconShape = [
  16,
  "M11.87 3.42a6 6 0 0 0-8.45 8.45zm.71.7-8.45 8.46a6 6 0 0 0 8.45-8.45M3.05 3.06a7 7 0 1 1 9.9 9.9 7 7 0 0 1-9.9-9.9",
];
