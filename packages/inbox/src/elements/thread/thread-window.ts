import type { ReactiveController, ReactiveControllerHost } from "lit";

export interface ThreadWindowOptions {
  scroller(): HTMLElement | null;
  /** How many rows there are; asked before every rendering. */
  count(): number;
  /** The rendered rows, top to bottom, each with `data-row`. */
  rows(): HTMLElement[];
  /** The reader nears the oldest row that is loaded. */
  loadOlder(): void;
  /** The reader nears the newest row that is loaded. */
  loadNewer(): void;
  /** The reader has come to the end, or stays there while rows are added. */
  atEnd(): void;
}

/** Rows that stand in the document at least; about five screens. */
const SIZE = 120;
const STEP = 60;
const MAX_SIZE = 240;
/** Distance from an edge, in pixels, at which more is fetched or rendered. */
const NEAR = 800;
/** A reader this close to the end is at the end. */
const END_TOLERANCE = 32;

/**
 * Decides which part of a long thread stands in the document, and where it is scrolled to.
 *
 * The end is pinned: who reads it stays there when something is added or grows. Elsewhere the topmost visible row is the
 * anchor: it does not move on the screen when rows come or go around it. Done by hand, because the browser's own scroll
 * anchoring is off at the very top, which is where older messages are put in, and does not follow the end.
 */
export class ThreadWindow implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #options: ThreadWindowOptions;
  /** First rendered row, counted from the newest, so that rows added in front do not shift it. */
  #fromEnd = SIZE;
  /** Rows left out at the end; 0 while the reader follows it. */
  #skippedAtEnd = 0;
  #lastCount = 0;
  #pinned = true;
  #anchor: { readonly key: string; readonly top: number } | null = null;
  #seek: string | null = null;
  #resize: ResizeObserver | null = null;
  #observed: Element | null = null;
  #frame: number | null = null;
  #lastTop = 0;
  #lastHeight = 0;

  constructor(host: ReactiveControllerHost, options: ThreadWindowOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  /** True while the newest row is in view. */
  get pinned(): boolean {
    return this.#pinned;
  }

  hostConnected(): void {
    this.#resize = new ResizeObserver(() => {
      // In the next frame: what changes sizes while sizes are told makes the browser report a loop.
      this.#frame ??= requestAnimationFrame(() => {
        this.#frame = null;
        this.#settle();
      });
    });
    this.#observed = null;
  }

  hostDisconnected(): void {
    this.#resize?.disconnect();
    this.#resize = null;
    this.#observed = null;
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
  }

  /** Starts over for another thread: at the end, or at a row that is about to be there. */
  reset(seek: string | null = null): void {
    this.#fromEnd = seek === null ? SIZE : MAX_SIZE; // what is sought may stand further up
    this.#skippedAtEnd = 0;
    this.#lastCount = 0;
    this.#pinned = true;
    this.#anchor = null;
    this.#seek = seek;
  }

  /** The rows to render, as a range. `appended` says how many came to the end since the last rendering. */
  range(appended: number): { start: number; end: number } {
    const count = this.#options.count();
    if (this.#pinned) {
      this.#skippedAtEnd = 0;
      this.#fromEnd = Math.min(Math.max(SIZE, this.#fromEnd), MAX_SIZE);
    } else {
      // Older rows that come to a reader at the very top are shown at once, or there would be nothing to scroll into.
      const atStart = this.#fromEnd >= this.#lastCount;
      const older = atStart ? Math.min(STEP, count - this.#lastCount - appended) : 0;
      if (atStart) this.#fromEnd = this.#lastCount;
      this.#fromEnd += appended + Math.max(0, older);
      if (this.#skippedAtEnd > 0) this.#skippedAtEnd += appended;
      this.#skippedAtEnd = Math.max(this.#skippedAtEnd, this.#fromEnd - MAX_SIZE);
    }
    this.#lastCount = count;
    const end = Math.max(0, count - this.#skippedAtEnd);
    return { start: Math.max(0, Math.min(end, count - this.#fromEnd)), end };
  }

  /** Call before the document changes. */
  remember(): void {
    const scroller = this.#options.scroller();
    this.#anchor = null;
    if (!scroller) return;
    this.#noticeLeaving(scroller);
    if (this.#pinned) return;
    const top = scroller.getBoundingClientRect().top;
    for (const row of this.#options.rows()) {
      // A divider goes to another place when a message of its day comes in above it.
      if (row.getAttribute("role") === "separator") continue;
      const box = row.getBoundingClientRect();
      if (box.bottom <= top) continue;
      this.#anchor = { key: row.dataset.row ?? "", top: box.top };
      return;
    }
  }

  /** Call after the document has changed. */
  restore(): void {
    const scroller = this.#options.scroller();
    if (!scroller) return;
    this.#observe(scroller);
    // What is not on show cannot be scrolled; the row is sought again when it is.
    const sought = this.#seek === null || scroller.clientHeight === 0 ? undefined : this.#row(this.#seek);
    if (sought) {
      this.#seek = null;
      this.#pinned = false;
      this.#host.requestUpdate(); // there is a way to the end now
      scroller.scrollTop +=
        sought.getBoundingClientRect().top - scroller.getBoundingClientRect().top - scroller.clientHeight / 4;
      this.onScroll();
      return;
    }
    if (this.#pinned) {
      this.#toEnd(scroller);
      return;
    }
    const anchor = this.#anchor === null ? undefined : this.#row(this.#anchor.key);
    if (this.#anchor && anchor) scroller.scrollTop += anchor.getBoundingClientRect().top - this.#anchor.top;
  }

  /** Goes to the end with the next rendering. */
  jumpToEnd(): void {
    this.#pinned = true;
    this.#skippedAtEnd = 0;
    this.#fromEnd = SIZE;
    this.#seek = null;
    this.#host.requestUpdate();
  }

  readonly onScroll = (): void => {
    const scroller = this.#options.scroller();
    if (!scroller || scroller.clientHeight === 0) return;
    // A smaller or larger thread is scrolled by the browser, not by whoever reads it.
    if (this.#pinned && scroller.clientHeight !== this.#lastHeight) {
      this.#toEnd(scroller);
      return;
    }
    const wasPinned = this.#pinned;
    this.#lastTop = scroller.scrollTop;
    this.#pinned = this.#isAtEnd(scroller);
    if (scroller.scrollTop < NEAR) this.#older();
    if (below(scroller) < NEAR) this.#newer();
    if (this.#pinned) this.#options.atEnd();
    if (this.#pinned !== wasPinned) this.#host.requestUpdate();
  };

  /** The event of a scroll comes a frame after the scroll; who went up since the last one is not at the end any more. */
  #noticeLeaving(scroller: HTMLElement): void {
    if (scroller.clientHeight !== this.#lastHeight) return;
    if (this.#pinned && scroller.scrollTop < this.#lastTop - 1) this.#pinned = this.#isAtEnd(scroller);
  }

  #isAtEnd(scroller: HTMLElement): boolean {
    return this.#skippedAtEnd === 0 && below(scroller) <= END_TOLERANCE;
  }

  #older(): void {
    if (this.#fromEnd >= this.#lastCount) {
      this.#options.loadOlder();
      return;
    }
    this.#fromEnd = Math.min(this.#lastCount, this.#fromEnd + STEP);
    this.#skippedAtEnd = Math.max(this.#skippedAtEnd, this.#fromEnd - MAX_SIZE);
    this.#host.requestUpdate();
  }

  #newer(): void {
    if (this.#skippedAtEnd === 0) {
      this.#options.loadNewer();
      return;
    }
    this.#skippedAtEnd = Math.max(0, this.#skippedAtEnd - STEP);
    this.#fromEnd = Math.min(this.#fromEnd, this.#skippedAtEnd + MAX_SIZE);
    this.#host.requestUpdate();
  }

  #row(key: string): HTMLElement | undefined {
    return this.#options.rows().find((row) => row.dataset.row === key);
  }

  #toEnd(scroller: HTMLElement): void {
    scroller.scrollTop = scroller.scrollHeight;
    this.#lastTop = scroller.scrollTop;
    this.#lastHeight = scroller.clientHeight;
    if (scroller.clientHeight > 0) this.#options.atEnd();
  }

  #observe(scroller: HTMLElement): void {
    if (this.#observed === scroller) return;
    this.#resize?.disconnect();
    this.#observed = scroller;
    this.#resize?.observe(scroller);
    if (scroller.firstElementChild) this.#resize?.observe(scroller.firstElementChild);
  }

  /** The thread or something in it has another size. */
  #settle(): void {
    const scroller = this.#options.scroller();
    if (!scroller || scroller.clientHeight === 0) return;
    if (this.#seek !== null) this.restore();
    this.#noticeLeaving(scroller);
    if (this.#pinned) this.#toEnd(scroller);
    else this.onScroll();
    if (scroller.scrollHeight <= scroller.clientHeight + NEAR) this.#older();
  }
}

/** Pixels of content below what is in view. */
function below({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number {
  return scrollHeight - scrollTop - clientHeight;
}
