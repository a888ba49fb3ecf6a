import axe from "axe-core";
import { expect } from "vitest";

/** Expects that axe-core finds nothing in an element and all that is inside it, shadow roots included. */
export async function expectAccessible(element: Element): Promise<void> {
  const { violations, passes } = await axe.run(element, {
    resultTypes: ["violations"],
    rules: { region: { enabled: false } }, // landmarks are the page's own business
  });
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => ({ id, target, failureSummary })),
  );
  expect(found).toEqual([]);
  expect(passes.length).toBeGreaterThan(0); // it did look at something
}
