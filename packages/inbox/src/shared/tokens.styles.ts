import { type CSSResult, type CSSResultGroup, css, unsafeCSS } from "lit";
import { AVATAR_PALETTE, COLORS, type ColorRole, SHAPES } from "./tokens.ts";

/*
 * Inside our shadow roots a role is read as `var(--_name)`. Three blocks: `auto` takes the page's Fluent tokens and follows
 * the page's `color-scheme`, so that we are never the only dark thing on a light page; a theme that was asked for by name
 * ignores the page; `contrast` is Teams' own, apart from the contrast modes of the operating system (`forced-colors`).
 */

/** Roles that follow from what a page sets, in CSS. */
type Derived = Partial<Record<string, string>>;

/**
 * What follows from `--trunkline-accent` alone, so that one line brings a page's brand. Without that line these are not
 * valid, and the next in their chains counts.
 */
const FROM_ACCENT: Derived = {
  own: "color-mix(in srgb, var(--trunkline-accent) 14%, var(--_raised))",
  "accent-hover": "color-mix(in srgb, var(--trunkline-accent) 85%, #000)",
  "accent-mark": "var(--trunkline-accent)",
};

/**
 * What follows from a page's own surfaces and text, so that nothing neutral stands out on them. Not in contrast, where
 * what is pointed at turns its colours round.
 */
const FROM_PAGE: Derived = {
  "row-hover": "color-mix(in srgb, var(--_text) 7%, var(--trunkline-surface-sunken))",
  hover: "color-mix(in srgb, var(--_text) 8%, var(--trunkline-surface))",
  pressed: "color-mix(in srgb, var(--_text) 14%, var(--trunkline-surface))",
  "hover-text": "var(--trunkline-text)",
  "hover-muted": "var(--trunkline-text-muted)",
  stencil: "color-mix(in srgb, var(--_text) 10%, var(--trunkline-surface-sunken))",
};

const input = (name: string | undefined, fallback: string) =>
  name === undefined ? fallback : `var(--trunkline-${name}, ${fallback})`;

function declarations(value: (role: ColorRole) => string, derived: Derived = { ...FROM_ACCENT, ...FROM_PAGE }): string {
  return Object.entries(COLORS)
    .map(([name, role]: [string, ColorRole]) => {
      const fallback = name in derived ? `var(--_from-${name}, ${value(role)})` : value(role);
      return `--_${name}:${input(role.input, fallback)};`;
    })
    .join("");
}

const byScheme = ({ light, dark }: ColorRole) => (light === dark ? light : `light-dark(${light}, ${dark})`);

const shapes = Object.entries(SHAPES)
  .map(([name, [given, fluent, value]]) => `--_${name}:${input(given, `var(--${fluent}, ${value})`)};`)
  .join("");

const derivations = Object.entries({ ...FROM_ACCENT, ...FROM_PAGE })
  .map(([name, value]) => `--_from-${name}:${value};`)
  .join("");

const avatars = Object.values(AVATAR_PALETTE)
  .map(
    ([light, dark], index) =>
      `.avatar-${index}{--_avatar:light-dark(${light}, ${dark});--_on-avatar:light-dark(${dark}, ${light});}`,
  )
  .join("");

// The values come from the tables beside this file, never from a page.
const generated: CSSResult = unsafeCSS(`
:host{${derivations}${declarations((role) => `var(--${role.fluent}, ${byScheme(role)})`)}${shapes}
--_shadow:light-dark(rgb(0 0 0 / 14%), rgb(0 0 0 / 28%));--_density:var(--trunkline-density, 1);}
:host(:state(light)),:host(:state(dark)){${declarations(byScheme)}}
:host(:state(light)){color-scheme:light;}
:host(:state(dark)),:host(:state(contrast)){color-scheme:dark;}
:host(:state(contrast)){${declarations(({ contrast }) => contrast, FROM_ACCENT)}}
${avatars}
:host(:state(contrast)) .avatar{--_avatar:#000000;--_on-avatar:#ffffff;box-shadow:inset 0 0 0 1px #ffffff;}
`);

/** Colours, type and shape for every element; each theme in one sheet that all elements of a page share. */
export const tokens: CSSResultGroup = [
  generated,
  css`
  @media (forced-colors: active) {
    :host,
    :host(:is(:state(light), :state(dark), :state(contrast))) {
      --_focus: Highlight;
      --_focus-inner: Canvas;
      --_accent: ButtonText;
      --_on-accent: ButtonFace;
      --_accent-mark: Highlight;
      --_row-hover: Highlight;
      --_row-selected: Highlight;
      --_hover-text: HighlightText;
      --_hover-muted: HighlightText;
      --_stencil: GrayText;
    }
  }
`,
];
