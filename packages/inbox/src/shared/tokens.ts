/**
 * One colour role of our elements, with its value in each theme.
 *
 * A role takes its value from `--trunkline-<input>` if the page sets that, else from the Fluent 2 token of the page, else
 * from the value that Teams' own theme gives to that token.
 */
export interface ColorRole {
  /** The public custom property without its prefix, where the role has one. */
  readonly input?: string;
  /** The Fluent 2 token that the values are copied from. */
  readonly fluent: string;
  readonly light: string;
  readonly dark: string;
  readonly contrast: string;
}

const role = (input: string | null, fluent: string, light: string, dark: string, contrast: string): ColorRole => ({
  ...(input === null ? {} : { input }),
  fluent,
  light,
  dark,
  contrast,
});

/**
 * Values of teamsLightTheme, teamsDarkTheme and teamsHighContrastTheme.
 * Source: npm @fluentui/tokens 1.0.0-alpha.24, Copyright (c) Microsoft Corporation, MIT; `tokens.test.ts` compares them.
 */
export const COLORS = {
  // surfaces, from the back to the front
  sunken: role("surface-sunken", "colorNeutralBackground4", "#f0f0f0", "#141414", "#000000"),
  surface: role("surface", "colorNeutralBackground3", "#f5f5f5", "#1f1f1f", "#000000"),
  raised: role("surface-raised", "colorNeutralBackground1", "#ffffff", "#292929", "#000000"),
  own: role("bubble-own", "colorBrandBackground2", "#e8ebfa", "#2f2f4a", "#000000"),
  // text
  text: role("text", "colorNeutralForeground1", "#242424", "#ffffff", "#ffffff"),
  muted: role("text-muted", "colorNeutralForeground3", "#616161", "#adadad", "#ffffff"),
  disabled: role(null, "colorNeutralForegroundDisabled", "#bdbdbd", "#5c5c5c", "#3ff23f"),
  link: role("link", "colorBrandForegroundLink", "#4f52b2", "#7f85f5", "#ffff00"),
  /** Links on our own bubbles. */
  "link-own": role("link", "colorBrandForeground2", "#4f52b2", "#aab1fa", "#ffffff"),
  "link-hover": role(null, "colorBrandForegroundLinkHover", "#444791", "#9299f7", "#ffff00"),
  // lines
  divider: role("border", "colorNeutralStrokeSubtle", "#e0e0e0", "#0a0a0a", "#ffffff"),
  stroke: role("border", "colorNeutralStroke1", "#d1d1d1", "#666666", "#ffffff"),
  "stroke-strong": role(null, "colorNeutralStrokeAccessible", "#616161", "#adadad", "#ffffff"),
  focus: role(null, "colorStrokeFocus2", "#000000", "#ffffff", "#1aebff"),
  "focus-inner": role(null, "colorStrokeFocus1", "#ffffff", "#000000", "#000000"),
  // the brand
  accent: role("accent", "colorBrandBackground", "#5b5fc7", "#4f52b2", "#ffffff"),
  "accent-hover": role("accent-hover", "colorBrandBackgroundHover", "#4f52b2", "#5b5fc7", "#1aebff"),
  "on-accent": role("on-accent", "colorNeutralForegroundOnBrand", "#ffffff", "#ffffff", "#000000"),
  "accent-mark": role("accent-mark", "colorCompoundBrandForeground1", "#5b5fc7", "#7f85f5", "#1aebff"),
  // states of what can be pressed; in contrast they turn the colours round
  "row-hover": role(null, "colorNeutralBackground4Hover", "#fafafa", "#292929", "#1aebff"),
  "row-selected": role("surface-raised", "colorNeutralBackground4Selected", "#ffffff", "#242424", "#1aebff"),
  hover: role(null, "colorNeutralBackground3Hover", "#ebebeb", "#333333", "#1aebff"),
  pressed: role(null, "colorNeutralBackground3Pressed", "#d6d6d6", "#141414", "#1aebff"),
  "hover-text": role(null, "colorNeutralForeground1Hover", "#242424", "#ffffff", "#000000"),
  "hover-muted": role(null, "colorNeutralForeground3Hover", "#424242", "#d6d6d6", "#000000"),
  // news, good and bad
  danger: role("danger", "colorPaletteRedForeground1", "#bc2f32", "#e37d80", "#ffffff"),
  warning: role("warning", "colorStatusWarningForeground1", "#bc4b09", "#faa06b", "#ffffff"),
  "warning-surface": role(null, "colorStatusWarningBackground1", "#fff9f5", "#4a1e04", "#000000"),
  // skeletons
  stencil: role(null, "colorNeutralStencil1", "#e6e6e6", "#575757", "#ffffff"),
} as const satisfies Record<string, ColorRole>;

export type ColorName = keyof typeof COLORS;

/** Lighter and darker half of an avatar's colours, named by Fluent's palette: light on dark in dark themes, else dark on light. */
export const AVATAR_PALETTE = {
  Cranberry: ["#eeacb2", "#6e0811"],
  Pumpkin: ["#efc4ad", "#712d09"],
  Forest: ["#bdd99b", "#294903"],
  Seafoam: ["#a8f0cd", "#00723b"],
  Teal: ["#9bd9db", "#02494c"],
  Blue: ["#a9d3f2", "#004377"],
  Cornflower: ["#c8d1fa", "#2c3c85"],
  Lavender: ["#d2ccf8", "#3f3682"],
  Pink: ["#f7c0e3", "#80215d"],
  Magenta: ["#eca5d1", "#6b0043"],
  Anchor: ["#bcc3c7", "#202427"],
} as const satisfies Record<string, readonly [light: string, dark: string]>;

/** Fluent's type, shape and motion, equal in every theme. Source: as above. */
export const SHAPES = {
  font: [
    "font",
    "fontFamilyBase",
    '-apple-system, BlinkMacSystemFont, "Segoe UI", system-ui, "Apple Color Emoji", "Segoe UI Emoji", sans-serif',
  ],
  radius: ["radius", "borderRadiusMedium", "4px"],
  "radius-large": ["radius-large", "borderRadiusXLarge", "8px"],
} as const satisfies Record<string, readonly [input: string, fluent: string, value: string]>;
