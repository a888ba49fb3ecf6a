import { type CSSResult, css } from "lit";
import { menuStyles } from "../../shared/menu.ts";

/** The bar under a thread's head, and what stands over its composer. */
export const teamStyles: CSSResult = css`
  ${menuStyles}

  .team {
    position: relative;
    display: flex;
    flex: none;
    flex-wrap: wrap;
    gap: 4px 8px;
    align-items: center;
    padding-block: 5px;
    padding-inline: 14px 12px;
    border-block-end: 1px solid var(--_divider);
    font-size: 12px;
    line-height: 16px;
  }

  .holder {
    position: relative;
    min-inline-size: 0;
  }

  .holder > .menu,
  .holder .over .menu {
    inset-block: calc(100% + 4px) auto;
    inset-inline: 0 auto;
    font-size: 14px;
    line-height: 20px;
  }

  .team-end .over .menu {
    inset-inline: auto 0;
  }

  .holder .over {
    position: static;
  }

  .holder .menu-items {
    max-block-size: min(320px, 50vh);
    overflow-y: auto;
    scrollbar-width: thin;
  }

  .team-button,
  .team-plain {
    display: inline-flex;
    gap: 6px;
    align-items: center;
    max-inline-size: 100%;
    min-block-size: 28px;
    padding: 3px 6px;
    border: 1px solid transparent;
    border-radius: var(--_radius);
    background: transparent;
    color: var(--_text);
    white-space: nowrap;
  }

  .team-button {
    cursor: pointer;
  }

  .team-plain {
    color: var(--_muted);
  }

  .team .avatar {
    inline-size: 20px;
    block-size: 20px;
    font-size: 9px;
  }

  .team .avatar.nobody {
    border: 1px dashed var(--_stroke-strong);
    background: transparent;
    color: var(--_muted);
    box-shadow: none;
  }

  .team .avatar svg {
    inline-size: 14px;
    block-size: 14px;
  }

  .team :is(.team-button, .team-plain) > svg {
    inline-size: 14px;
    block-size: 14px;
  }

  .holder-name {
    max-inline-size: 180px;
    overflow: hidden;
    text-overflow: ellipsis;
  }

  .team-end {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    margin-inline-start: auto;
  }

  .team-end > .team-button,
  .team-end .holder > .team-button {
    border-color: var(--_stroke);
  }

  .tags {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    align-items: center;
    min-inline-size: 0;
  }

  .tag {
    display: inline-flex;
    align-items: center;
    max-inline-size: 180px;
    min-block-size: 24px;
    padding-inline: 8px;
    border: 1px solid var(--_stroke);
    border-radius: 12px;
    background: var(--_sunken);
  }

  .tag:has(button) {
    padding-inline-end: 0;
  }

  .tag bdi {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .tag-remove {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 24px;
    block-size: 24px;
    padding: 0;
    border: 0;
    border-radius: 12px;
    background: transparent;
    color: var(--_muted);
    cursor: pointer;
  }

  .tag-remove svg {
    inline-size: 12px;
    block-size: 12px;
  }

  .tag-add {
    color: var(--_muted);
  }

  .tag-field {
    inline-size: 120px;
    min-block-size: 26px;
    padding: 2px 8px;
    border: 1px solid var(--_stroke-strong);
    border-radius: 12px;
    background: var(--_raised);
  }

  .team-problem {
    flex-basis: 100%;
    padding-inline-start: 6px;
    color: var(--_danger);
  }

  .team-problem:empty,
  .note-problem:empty {
    display: none;
  }

  .writing {
    display: flex;
    flex: none;
    flex-direction: column;
    inline-size: 100%;
    max-inline-size: 1000px;
    margin-inline: auto;
    padding-inline: 20px;
  }

  .writing.noting {
    padding-block-end: 16px;
  }

  .noting ~ .composer {
    display: none;
  }

  .modes-bar {
    display: flex;
    flex-wrap: wrap;
    gap: 0 12px;
    align-items: center;
    min-block-size: 32px;
    font-size: 12px;
    line-height: 16px;
  }

  .modes {
    display: flex;
    flex-wrap: wrap;
    gap: 0 4px;
  }

  .mode {
    display: inline-flex;
    gap: 4px;
    align-items: center;
    min-block-size: 26px;
    padding: 2px 8px;
    border: 0;
    border-block-end: 2px solid transparent;
    border-radius: var(--_radius) var(--_radius) 0 0;
    background: transparent;
    color: var(--_muted);
    cursor: pointer;
  }

  .mode[aria-pressed="true"] {
    border-color: var(--_accent-mark);
    color: var(--_text);
    font-weight: 600;
  }

  .noting .mode[aria-pressed="true"] {
    border-color: var(--_warning);
  }

  .company {
    flex: 1 1 60px;
    min-inline-size: 0;
    overflow: hidden;
    color: var(--_muted);
    text-align: end;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .company.busy {
    color: var(--_warning);
    font-weight: 600;
  }

  /* The look of the notes in the thread: nothing that is written here can be taken for a text. */
  .note-editor {
    position: relative;
    border: 2px dashed var(--_warning);
    border-radius: calc(var(--_radius) + 2px);
    background: color-mix(in srgb, var(--_warning) 8%, var(--_raised));
  }

  .note-hint {
    display: flex;
    gap: 6px;
    align-items: center;
    padding: 8px 12px 0;
    color: var(--_warning);
    font-size: 12px;
    font-weight: 600;
    line-height: 16px;
  }

  .note-grow {
    display: grid;
    max-block-size: 172px;
    overflow-y: auto;
    scrollbar-width: thin;
  }

  .note-grow > * {
    grid-area: 1 / 1;
    min-inline-size: 0;
    min-block-size: 48px;
    padding: 6px 12px 0;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  .note-text {
    inline-size: 100%;
    overflow: hidden;
    border: 0;
    background: transparent;
    resize: none;
  }

  .note-text:focus-visible {
    outline: none;
    box-shadow: none;
  }

  .note-editor:has(.note-text:focus-visible) {
    border-style: solid;
  }

  .note-mirror {
    visibility: hidden;
    pointer-events: none;
  }

  .note-foot {
    display: flex;
    gap: 8px;
    align-items: center;
    justify-content: space-between;
    padding: 4px 6px 6px 12px;
    font-size: 12px;
    line-height: 16px;
  }

  .note-foot .button[aria-disabled="true"] {
    color: var(--_disabled);
    cursor: default;
  }

  .note-foot p {
    color: var(--_muted);
  }

  .note-foot .over,
  .note-problem {
    color: var(--_danger);
  }

  .note-problem {
    padding: 0 12px 8px;
    font-size: 12px;
    line-height: 16px;
  }

  .people {
    position: absolute;
    z-index: 2;
    inset-block-end: calc(100% + 2px);
    inset-inline-start: 8px;
    min-inline-size: 180px;
    max-inline-size: calc(100% - 16px);
    padding: 4px;
    border: 1px solid var(--_stroke);
    border-radius: calc(var(--_radius) + 2px);
    background: var(--_raised);
    box-shadow: 0 8px 16px var(--_shadow);
  }

  .people li {
    padding: 6px 10px;
    overflow: hidden;
    border-radius: var(--_radius);
    text-overflow: ellipsis;
    white-space: nowrap;
    cursor: pointer;
  }

  .people li[aria-selected="true"] {
    background: var(--_hover);
    color: var(--_hover-text);
  }

  @media (hover: hover) {
    :is(.team-button, .tag-remove, .mode):hover {
      background: var(--_hover);
      color: var(--_hover-text);
    }
  }

  @container (inline-size < 480px) {
    .team {
      padding-inline: 6px;
    }

    /* Who has it and what can be done stand in one row; the rest is below. */
    .team > :is(.team-plain, .tags, .team-problem) {
      order: 1;
    }

    .team > .text-button {
      display: none; /* the menu has it */
    }

    .holder-name {
      max-inline-size: 100px;
    }

    .holder {
      position: static;
    }

    .holder > .menu,
    .holder .over .menu,
    .team-end .over .menu {
      inset-inline: 8px auto;
    }

    .writing {
      padding-inline: 12px;
    }

    .writing.noting {
      padding-block-end: 12px;
    }
  }

  :host(:state(contrast)) :is(.note-editor, .tag) {
    background: transparent;
  }

  @media (forced-colors: active) {
    .people li[aria-selected="true"],
    .mode[aria-pressed="true"] {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
  }
`;
