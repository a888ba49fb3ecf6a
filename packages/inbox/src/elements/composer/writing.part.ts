/* What a composer needs once somebody writes in it. */
export { MeterController } from "./meter-view.ts";
