import type { Platform } from "../platform.ts";

/** How often the clock is looked at. A timer that fires much later than this has slept with its machine. */
const TICK_MS = 5_000;
const JUMP_MS = 15_000;
/** Events by which a page tells that the network or the page itself is back. */
export const WAKE_UPS = ["online", "pageshow", "visibilitychange"] as const;

/**
 * Why somebody should look at the line now. `lost`: connections have most likely not survived (the network changed, the
 * page was frozen). `doubt`: they may not have (the page is shown again, the machine slept). `tick`: just time passing.
 */
export type WakeUp = "lost" | "doubt" | "tick";

/** Calls `onWakeUp` when the page or the machine wakes, and every 5 seconds. Returns the way out. */
export function watchWakeUps({ clock, isVisible, wakeUps }: Platform, onWakeUp: (kind: WakeUp) => void): () => void {
  let lastTick = clock.now();
  let timer: unknown;
  const tick = () => {
    const now = clock.now();
    const hasJumped = Math.abs(now - lastTick) > JUMP_MS;
    lastTick = now;
    timer = clock.setTimeout(tick, TICK_MS);
    onWakeUp(hasJumped ? "doubt" : "tick");
  };
  const onEvent = (event: Event) => {
    if (event.type === "online") onWakeUp("lost");
    else if (event.type === "pageshow") onWakeUp((event as PageTransitionEvent).persisted ? "lost" : "doubt");
    else if (isVisible()) onWakeUp("doubt");
  };
  timer = clock.setTimeout(tick, TICK_MS);
  for (const target of wakeUps) for (const name of WAKE_UPS) target.addEventListener(name, onEvent);
  return () => {
    clock.clearTimeout(timer);
    for (const target of wakeUps) for (const name of WAKE_UPS) target.removeEventListener(name, onEvent);
  };
}
