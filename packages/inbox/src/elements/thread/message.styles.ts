import { css } from "lit";

/** One message in a thread: its bubble, how far it has come, and why it failed. */
export const messageStyles = css`
  .message {
    display: grid;
    grid-template-columns: 32px minmax(0, 1fr);
    column-gap: 8px;
    padding-block-start: 4px; /* room for a ring around one of them */
    border-radius: var(--_radius);
  }

  .message.first {
    padding-block-start: calc(12px * var(--_density));
  }

  .message:focus-visible {
    outline: none;
    box-shadow: none;
  }

  .message:focus-visible .bubble {
    outline: 2px solid var(--_focus);
    outline-offset: 1px;
    box-shadow: 0 0 0 1px var(--_focus-inner);
  }

  .message > * {
    grid-column: 2;
  }

  .message > .avatar {
    grid-row: 1 / span 2;
    grid-column: 1;
    align-self: start;
    margin-block-start: 2px;
  }

  .message header {
    display: flex;
    gap: 8px;
    align-items: baseline;
    margin-block-end: 5px;
    padding-inline: 2px;
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
  }

  .message header a {
    color: inherit;
    text-decoration: none;
  }

  .message header a:hover {
    text-decoration: underline;
  }

  .sought .bubble {
    outline: 2px solid var(--_accent-mark);
    outline-offset: 1px;
  }

  .author {
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .message header > :last-child {
    flex: none;
    white-space: nowrap;
  }

  .line {
    display: flex;
    align-items: flex-end;
    gap: 6px;
    max-inline-size: 78%;
  }

  .bubble {
    min-inline-size: 0;
    padding: calc(7px * var(--_density)) 12px;
    border: 1px solid transparent;
    border-radius: calc(var(--_radius) + 2px);
    background: var(--_raised);
    box-shadow: 0 1px 1px var(--_shadow);
  }

  .bubble p {
    overflow-wrap: anywhere;
    text-wrap: pretty;
    white-space: pre-wrap;
  }

  .bubble.large {
    padding: 2px 4px;
    background: transparent;
    box-shadow: none;
    font-size: 32px;
    line-height: 42px;
  }

  .bubble a {
    color: var(--_link);
    text-underline-offset: 2px;
  }

  .bubble a:hover {
    color: var(--_link-hover);
  }

  .outbound .bubble a {
    color: var(--_link-own);
  }

  .media {
    display: block;
    color: var(--_muted);
  }

  .outbound > * {
    justify-self: end;
  }

  .outbound header {
    margin-inline-end: 26px;
  }

  .outbound .bubble {
    background: var(--_own);
    box-shadow: none;
  }

  .outbound .bubble.large {
    background: transparent;
  }

  .outbound .bubble.bad {
    border-color: var(--_danger);
  }

  .status {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 20px;
    block-size: 20px;
    color: var(--_muted);
  }

  .status svg {
    inline-size: 16px;
    block-size: 16px;
  }

  .status.delivered {
    color: var(--_accent-mark);
  }

  .status.delivered svg {
    inline-size: 20px;
    block-size: 20px;
  }

  .status.failed,
  .status.undelivered {
    color: var(--_danger);
  }

  .status.unknown {
    color: var(--_warning);
  }

  .failure {
    display: flex;
    flex-wrap: wrap;
    gap: 0 6px;
    align-items: center;
    justify-content: flex-end;
    max-inline-size: 78%;
    margin-inline-end: 26px;
    padding-block: 4px 8px;
    color: var(--_danger);
    font-size: 12px;
    line-height: 16px;
    text-align: end;
    text-wrap: balance;
  }

  .waiting {
    display: flex;
    flex-wrap: wrap;
    gap: 0 6px;
    align-items: center;
    justify-content: flex-end;
    max-inline-size: 78%;
    margin-inline-end: 26px;
    padding-block: 4px 8px;
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
    text-align: end;
    text-wrap: balance;
  }

  .outbound .bubble.scheduled {
    border-color: var(--_accent-mark);
    border-style: dashed;
    background: transparent;
  }

  .outbound .bubble.canceled {
    border: 1px dotted var(--_stroke);
    background: transparent;
    color: var(--_muted);
  }

  /* What is read stands at the bubble's edge, not the room around it. */
  :is(.waiting, .failure) .text-button {
    margin-inline-end: -4px;
  }

  .failure.unknown {
    color: var(--_warning);
  }

  .internal .line {
    max-inline-size: 88%;
  }

  .message.internal {
    grid-template-columns: minmax(0, 1fr);
    justify-items: center;
  }

  .message.internal > * {
    grid-column: 1;
  }

  /* For colleagues alone: it must never be taken for a text. */
  .note .bubble {
    border: 1px dashed var(--_warning);
    background: color-mix(in srgb, var(--_warning) 8%, var(--_raised));
    box-shadow: none;
  }

  .system .bubble {
    padding-block: 2px;
    background: transparent;
    box-shadow: none;
    color: var(--_muted);
    font-size: 12px;
    line-height: 16px;
    text-align: center;
  }

  /* The avatars' column and the one of the ticks keep the sides apart where there is no room to leave free. */
  @container (inline-size < 480px) {
    .line,
    .waiting,
    .failure {
      max-inline-size: 100%;
    }

    .inbound .line {
      max-inline-size: calc(100% - 26px);
    }
  }

  :host(:state(contrast)) .note .bubble {
    background: transparent;
  }

  :host(:state(contrast)) .message:focus-visible .bubble {
    outline-width: 3px;
  }

  :host(:state(contrast)) .bubble {
    border-color: var(--_stroke);
  }

  :host(:state(contrast)) :is(.bubble.large, .system .bubble) {
    border-color: transparent;
  }

  :host(:state(contrast)) .outbound .bubble:not(.large, .canceled, .bad) {
    border-color: var(--_accent-mark);
  }

  :host(:state(contrast)) .outbound .bubble.canceled {
    border: 2px dotted var(--_muted);
  }

  /* No red tells it here. */
  :host(:state(contrast)) .outbound .bubble.bad {
    border: 2px dotted var(--_danger);
  }

  @media (forced-colors: active) {
    .bubble {
      border-color: CanvasText;
    }

    .outbound .bubble.bad {
      border-style: dotted;
      border-width: 2px;
    }

    .bubble.large {
      border-color: transparent;
    }

    .outbound .bubble:not(.large, .bad) {
      border-color: Highlight;
    }

    .outbound .bubble.canceled {
      border-width: 2px;
    }
  }
`;
