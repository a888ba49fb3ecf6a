/* What a composer needs once its own picture is there: whether a text may leave, and what it costs. */
export { MeterController } from "./meter-view.ts";
export { StandingController } from "./standing.ts";
export { blockedView, quietNotice } from "./standing-view.ts";
export { laterButton, toolsView } from "./tools.ts";
export { writingStyles } from "./writing.styles.ts";
