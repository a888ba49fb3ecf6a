import type { Bus } from "../bus/bus.ts";
import { fairTurnstile } from "../fair-turnstile.ts";
import type { Logger } from "../logger.ts";
import type { AnyWorkKind } from "./kind.ts";
import { type LaneEnd, LaneRun } from "./lane.ts";
import { dueLanes } from "./lane-store.ts";
import type { LaneName } from "./queue.ts";
import { createTurns, type TurnParts } from "./turn.ts";

/** Turns that are under way at once; the other connections belong to those who wait for an answer. */
const TURNS = 3;

export interface WorkerParts extends Omit<TurnParts, "turnstile"> {
  logger: Logger;
  bus: Bus;
  kinds: readonly AnyWorkKind[];
}

/** Looks at the store this often in case a wake-up was lost, in milliseconds of real time. */
const POLL_MS = 1000;

/** Finds lanes with due work and drains them. Wake-ups name a lane, so that a busy lane costs no search. */
export interface Worker {
  start(): void;
  /** Begins nothing more; resolves when all that was begun is settled. */
  stop(): Promise<void>;
  /** Resolves when nothing is due or in flight at the clock's present time. */
  idle(): Promise<void>;
}

export function createWorker(parts: WorkerParts): Worker {
  const { database, clock, logger, bus } = parts;
  const turnParts: TurnParts = { ...parts, turnstile: fairTurnstile(TURNS) };
  const kinds = new Map(parts.kinds.map((kind) => [kind.kind, { kind, turns: createTurns(turnParts, kind) }]));
  const runs = new Map<string, { run: LaneRun; ended: Promise<void> }>();
  /** When lanes are worth another look: paused ones, those that others hold, and those whose work is due later. */
  const timers = new Map<string, { end: LaneEnd; cancel: () => void }>();
  const stopping = new AbortController();
  const undo: (() => void)[] = [];
  let started = false;
  let looking: Promise<boolean> | undefined;

  function drain(lane: LaneName): void {
    const known = kinds.get(lane.kind);
    if (!known || stopping.signal.aborted || !started) return;
    const key = `${lane.tenantId} ${lane.kind} ${lane.lane}`;
    const present = runs.get(key);
    if (present) {
      present.run.wake();
      return;
    }
    const last = timers.get(key)?.end;
    if (last?.isHeld && (last.nextAt ?? 0) > clock.now()) return;
    disarm(key);
    const run = new LaneRun({ ...parts, turns: known.turns }, lane, known.kind, stopping.signal);
    const ended = run
      .run()
      .catch((error: unknown): LaneEnd => {
        logger.error({ error, kind: lane.kind }, "a lane could not be drained; the next look finds it");
        return { nextAt: null, isHeld: false };
      })
      .then((end) => {
        runs.delete(key);
        arm(key, end, lane);
        if (run.wasWokenLate) drain(lane);
      });
    runs.set(key, { run, ended });
  }

  function arm(key: string, end: LaneEnd, lane: LaneName): void {
    if (end.nextAt === null || stopping.signal.aborted) return;
    disarm(key);
    timers.set(key, { end, cancel: clock.at(end.nextAt, () => drain(lane)) });
  }

  function disarm(key: string): void {
    timers.get(key)?.cancel();
    timers.delete(key);
  }

  /** Looks for due lanes, one look at a time. Resolves to whether there were any; never rejects. */
  function look(): Promise<boolean> {
    looking ??= find().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  async function find(): Promise<boolean> {
    if (stopping.signal.aborted || !started) return false;
    try {
      const due = await database.system((tx) => dueLanes(tx, [...kinds.keys()], clock.now()));
      for (const lane of due) drain(lane);
      return due.length > 0;
    } catch (error) {
      logger.error({ error }, "due work could not be looked up; it is tried again");
      return false;
    }
  }

  return {
    start() {
      if (started) return;
      started = true;
      undo.push(
        bus.subscribe((wake) => {
          if (wake.topic === "work") drain(wake);
        }),
        clock.poll(POLL_MS, () => void look()),
      );
      void look();
    },
    async stop() {
      stopping.abort();
      for (const step of undo.splice(0)) step();
      for (const key of [...timers.keys()]) disarm(key);
      for (const { run } of runs.values()) run.wake();
      await Promise.all([...runs.values()].map(({ ended }) => ended));
      await looking;
    },
    async idle() {
      while (started && !stopping.signal.aborted) {
        await Promise.all([...runs.values()].map(({ ended }) => ended));
        await looking; // one that began earlier may have missed what was committed since
        if (!(await look()) && runs.size === 0) return;
      }
    },
  };
}
