import type { ReactiveController, ReactiveControllerHost } from "lit";

export interface RovingFocusOptions {
  /** The items in their order on screen. */
  items(): HTMLElement[];
  /** Called with the item that is to become the one tab stop; the host renders `tabindex` from it. */
  activate(item: HTMLElement): void;
  /** Called before the focus would leave the list at that end; loads more where there is more. */
  edge?(end: "start" | "end"): void;
}

/** Arrow keys, Home, End, Page Up and Page Down in a list that is one tab stop. */
export class RovingFocusController implements ReactiveController {
  readonly #options: RovingFocusOptions;

  constructor(host: ReactiveControllerHost, options: RovingFocusOptions) {
    this.#options = options;
    host.addController(this);
  }

  hostConnected(): void {
    // Its listeners stand in the host's template and come and go with it.
  }

  readonly onFocusIn = (event: FocusEvent): void => {
    const item = this.#itemAt(event);
    if (item) this.#options.activate(item);
  };

  readonly onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const items = this.#options.items();
    const current = items.indexOf(this.#itemAt(event) as HTMLElement);
    if (current === -1) return;
    const to = target(event.key, current, items);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    const clamped = Math.min(Math.max(to, 0), items.length - 1);
    if (clamped === 0) this.#options.edge?.("start");
    if (clamped === items.length - 1) this.#options.edge?.("end");
    const item = items[clamped];
    if (!item || clamped === current) return;
    this.#options.activate(item);
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  };

  #itemAt(event: Event): HTMLElement | undefined {
    const path = event.composedPath();
    return this.#options.items().find((item) => path.includes(item));
  }
}

function target(key: string, current: number, items: readonly HTMLElement[]): number | null {
  switch (key) {
    case "ArrowDown":
      return current + 1;
    case "ArrowUp":
      return current - 1;
    case "Home":
      return 0;
    case "End":
      return items.length - 1;
    case "PageDown":
      return current + page(items);
    case "PageUp":
      return current - page(items);
    default:
      return null;
  }
}

/** About as many items as fit on the screen. */
function page(items: readonly HTMLElement[]): number {
  const item = items[0];
  const scroller = item?.closest<HTMLElement>("[data-scroller]");
  return scroller && item ? Math.max(1, Math.floor(scroller.clientHeight / Math.max(24, item.offsetHeight)) - 1) : 10;
}
