import { css } from "lit";

/** What every element of ours starts from: box model, type, focus rings, buttons, and text for screen readers only. */
export const base = css`
  :host {
    display: block;
    box-sizing: border-box;
    color: var(--_text);
    font: 400 14px / 20px var(--_font);
    text-align: start;
    -webkit-text-size-adjust: none;
    text-size-adjust: none;
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  h2,
  h3,
  p,
  ol,
  ul {
    margin: 0;
    padding: 0;
    font: inherit;
  }

  ol,
  ul {
    list-style: none;
  }

  button,
  input,
  select,
  textarea {
    margin: 0;
    color: inherit;
    font: inherit;
    letter-spacing: inherit;
  }

  svg {
    display: block;
    flex: none;
    inline-size: 20px;
    block-size: 20px;
    fill: currentcolor;
  }

  svg.small {
    inline-size: 16px;
    block-size: 16px;
  }

  /* Two rings, so that one of them shows on whatever lies behind. */
  :focus {
    outline: none;
  }

  :focus-visible {
    outline: 2px solid var(--_focus);
    outline-offset: 1px;
    box-shadow: 0 0 0 1px var(--_focus-inner);
  }

  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-inline-size: 96px;
    min-block-size: 32px;
    padding: 5px 12px;
    border: 1px solid var(--_stroke);
    border-radius: var(--_radius);
    background: var(--_raised);
    color: var(--_text);
    font-weight: 600;
    text-decoration: none;
    cursor: pointer;
  }

  .button.primary {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }

  .icon-button {
    display: inline-flex;
    flex: none;
    align-items: center;
    justify-content: center;
    inline-size: 32px;
    block-size: 32px;
    padding: 0;
    border: 1px solid transparent;
    border-radius: var(--_radius);
    background: transparent;
    color: var(--_text);
    cursor: pointer;
  }

  .text-button {
    min-block-size: 24px;
    padding: 0 4px;
    border: 0;
    border-radius: var(--_radius);
    background: transparent;
    color: var(--_link);
    font-weight: 600;
    text-decoration: underline;
    text-underline-offset: 2px;
    cursor: pointer;
  }

  @media (hover: hover) {
    .button:hover:not(:disabled, [aria-disabled="true"]),
    .icon-button:hover:not(:disabled, [aria-disabled="true"]) {
      background: var(--_hover);
      color: var(--_hover-text);
    }

    .button.primary:hover:not(:disabled, [aria-disabled="true"]) {
      background: var(--_accent-hover);
      color: var(--_on-accent);
    }

    .text-button:hover {
      color: var(--_link-hover);
    }
  }

  .button:active:not(:disabled, [aria-disabled="true"]),
  .icon-button:active:not(:disabled, [aria-disabled="true"]) {
    background: var(--_pressed);
    color: var(--_hover-text);
  }

  .button.primary:active:not(:disabled, [aria-disabled="true"]) {
    background: var(--_accent-hover);
    color: var(--_on-accent);
  }

  .icon-button:disabled,
  .icon-button[aria-disabled="true"] {
    color: var(--_disabled);
    cursor: default;
  }

  ::placeholder {
    color: var(--_muted);
    opacity: 1;
  }

  .visually-hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .avatar {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 32px;
    block-size: 32px;
    overflow: hidden;
    border-radius: 50%;
    background: var(--_avatar);
    color: var(--_on-avatar);
    font-size: 12px;
    font-weight: 600;
    line-height: 1;
    box-shadow: inset 0 0 0 1px light-dark(transparent, color-mix(in srgb, var(--_on-avatar) 25%, transparent));
    user-select: none;
  }

  .avatar img {
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }

  .state {
    display: flex;
    flex: 1;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 4px;
    min-block-size: 0;
    padding: 24px;
    overflow-y: auto;
    text-align: center;
  }

  .state-icon {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 72px;
    block-size: 72px;
    margin-block-end: 12px;
    border-radius: 50%;
    background: var(--_own);
    color: var(--_accent-mark);
  }

  .state-icon.stencil {
    border-radius: 50%;
  }

  .state-icon svg {
    inline-size: 32px;
    block-size: 32px;
  }

  .state-title,
  .state-text {
    text-wrap: balance;
  }

  .state-title {
    font-size: 16px;
    font-weight: 600;
    line-height: 22px;
  }

  .state-text {
    max-inline-size: 40ch;
    color: var(--_muted);
    overflow-wrap: anywhere;
  }

  .details {
    margin-block-start: 4px;
    font-size: 12px;
    line-height: 16px;
  }

  .state .button {
    margin-block-start: 16px;
  }

  .stencil {
    border-radius: var(--_radius);
    background: light-dark(var(--_stencil), color-mix(in srgb, var(--_stencil) 50%, transparent));
    animation: shimmer 1.6s ease-in-out infinite alternate;
  }

  :host(:state(contrast)) .stencil {
    border: 1px solid var(--_stencil);
    background: transparent;
  }

  @keyframes shimmer {
    from {
      opacity: 1;
    }
    to {
      opacity: 0.45;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
      scroll-behavior: auto !important;
    }
  }

  @media (forced-colors: active) {
    .avatar,
    .state-icon {
      border: 1px solid CanvasText;
    }

    :focus-visible {
      outline-color: Highlight;
      box-shadow: none;
    }
  }
`;
