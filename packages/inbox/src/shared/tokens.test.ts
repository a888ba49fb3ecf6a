import { type Theme, teamsDarkTheme, teamsHighContrastTheme, teamsLightTheme } from "@fluentui/tokens";
import { expect, test } from "vitest";
import { AVATAR_PALETTE, COLORS, type ColorName, SHAPES } from "./tokens.ts";

const THEMES = { light: teamsLightTheme, dark: teamsDarkTheme, contrast: teamsHighContrastTheme } as const;
type ThemeName = keyof typeof THEMES;
const THEME_NAMES = Object.keys(THEMES) as ThemeName[];

test.each(Object.entries(COLORS))("%s has the value of its Fluent token in every theme", (_name, role) => {
  for (const theme of THEME_NAMES) expect(role[theme]).toBe(THEMES[theme][role.fluent as keyof Theme]);
});

test("type and shape have the values of their Fluent tokens", () => {
  for (const [, fluent, value] of Object.values(SHAPES)) expect(value).toBe(teamsLightTheme[fluent as keyof Theme]);
});

test("avatars have the colours of Fluent's palette", () => {
  for (const [name, [light, dark]] of Object.entries(AVATAR_PALETTE)) {
    const background = teamsLightTheme[`colorPalette${name}Background2` as keyof Theme];
    const foreground = teamsLightTheme[`colorPalette${name}Foreground2` as keyof Theme];
    expect([light, dark], name).toEqual([background, foreground]);
  }
});

// What stands on what: everything that the styles put together.
const TEXT: readonly (readonly [ColorName, ...ColorName[]])[] = [
  ["text", "sunken", "surface", "raised", "own", "row-selected", "row-hover", "warning-surface"],
  ["muted", "sunken", "surface", "raised", "row-selected"],
  ["hover-text", "row-hover", "row-selected", "hover", "pressed"],
  ["hover-muted", "row-hover", "row-selected"],
  ["on-accent", "accent", "accent-hover"],
  ["link", "surface", "raised"],
  ["link-own", "own"],
  ["danger", "sunken", "surface", "raised", "row-selected"],
  ["warning", "surface"],
  ["accent-mark", "surface"],
];
const UI: readonly (readonly [ColorName, ...ColorName[]])[] = [
  ["accent-mark", "surface", "raised", "own", "sunken"],
  ["stroke-strong", "sunken", "surface", "raised"],
  ["focus", "sunken", "surface", "raised", "own"],
  ["danger", "surface", "own"],
  ["warning", "surface", "warning-surface"],
  ["muted", "surface"],
  ["accent", "sunken"],
];

// In contrast a row that is pointed at or chosen takes `hover-text`; these never meet there.
const TURNED_ROUND: ReadonlySet<string> = new Set(["row-hover", "row-selected"]);
// Fluent's dark brand fill on a dark list is a shape with its own white number, not a mark to be told from the list.
const EXEMPT: ReadonlySet<string> = new Set(["accent on sunken, dark"]);

test.each([
  ["text", TEXT, 4.5],
  ["parts of the interface", UI, 3],
] as const)("%s can be told from what lies behind in every theme", (_kind, pairs, least) => {
  const failures: string[] = [];
  let compared = 0;
  for (const theme of THEME_NAMES) {
    for (const [front, ...behind] of pairs) {
      for (const back of behind) {
        const name = `${front} on ${back}, ${theme}`;
        if (EXEMPT.has(name)) continue;
        if (theme === "contrast" && TURNED_ROUND.has(back) && !front.startsWith("hover")) continue;
        compared += 1;
        const ratio = contrast(COLORS[front][theme], COLORS[back][theme]);
        if (ratio < least) failures.push(`${name}: ${ratio.toFixed(2)}`);
      }
    }
  }
  expect(failures).toEqual([]);
  expect(compared).toBeGreaterThan(20);
});

test("initials can be read on every avatar", () => {
  for (const [light, dark] of Object.values(AVATAR_PALETTE)) expect(contrast(light, dark)).toBeGreaterThanOrEqual(4.5);
});

/** Contrast of two colours. Source: WCAG 2.2, "relative luminance" and "contrast ratio". */
function contrast(first: string, second: string): number {
  const [light = 0, dark = 0] = [luminance(first), luminance(second)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
