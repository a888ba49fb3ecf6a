import { h } from "../dom.js";
import { money } from "../format.js";

export const STAGES = ["Quoted", "Agreed", "In the yard", "Done"];

export function stageSign(stage) {
  return h("span", { class: `stage stage-${stage.toLowerCase().replaceAll(" ", "-")}` }, stage);
}

/** Deals as a list, or a sentence when there is none. */
export function dealRows(deals) {
  if (deals.length === 0) return h("p", { class: "soft" }, "No deals yet.");
  return h(
    "ul",
    { class: "rows" },
    ...deals.map(({ title, value, stage }) =>
      h("li", {}, h("div", { class: "grow" }, title, h("small", { class: "money" }, money(value))), stageSign(stage)),
    ),
  );
}
