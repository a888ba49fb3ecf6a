import type { Bus } from "../bus/bus.ts";
import { type AnyWorkKind, type LaneParts, LaneRun, type WorkKind } from "./lane.ts";
import { dueLanes, type LaneName } from "./queue.ts";

export interface WorkerParts extends LaneParts {
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

/** Hides a kind's own types, so that kinds of all sorts fit in one list. */
export function workKind<Payload extends object, Task, Outcome>(kind: WorkKind<Payload, Task, Outcome>): AnyWorkKind {
  return kind as unknown as AnyWorkKind; // the worker hands each kind only what that kind made itself
}

export function createWorker(parts: WorkerParts): Worker {
  const { database, clock, logger, bus } = parts;
  const kinds = new Map(parts.kinds.map((kind) => [kind.kind, kind]));
  const runs = new Map<string, { run: LaneRun; ended: Promise<void> }>();
  const heldElsewhere = new Map<string, number>();
  const stopping = new AbortController();
  const undo: (() => void)[] = [];
  let started = false;
  let looking: Promise<number> | undefined;
  let cancelNext: () => void = noTimer;

  function drain(lane: LaneName): void {
    const kind = kinds.get(lane.kind);
    if (!kind || stopping.signal.aborted || !started) return;
    const key = `${lane.tenantId} ${lane.kind} ${lane.lane}`;
    const present = runs.get(key);
    if (present) {
      present.run.wake();
      return;
    }
    const held = heldElsewhere.get(key);
    if (held !== undefined && held > clock.now()) return;
    heldElsewhere.delete(key);

    const run = new LaneRun(parts, lane, kind, stopping.signal);
    const ended = run
      .run()
      .then((outcome) => {
        if (outcome && outcome.heldUntil > clock.now()) heldElsewhere.set(key, outcome.heldUntil);
      })
      .catch((error: unknown) => logger.error({ error, kind: lane.kind }, "a lane could not be drained"))
      .finally(() => {
        runs.delete(key);
        void look();
      });
    runs.set(key, { run, ended });
  }

  /** Looks for due lanes, at most once at a time; resolves to how many there were. Never rejects. */
  function look(): Promise<number> {
    looking ??= find().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  async function find(): Promise<number> {
    if (stopping.signal.aborted || !started) return 0;
    try {
      const { due, nextAt } = await database.system((tx) => dueLanes(tx, [...kinds.keys()], clock.now()));
      for (const lane of due) drain(lane);
      cancelNext();
      cancelNext = nextAt === null ? noTimer : clock.at(nextAt, () => void look());
      return due.length;
    } catch (error) {
      logger.error({ error }, "due work could not be looked up; it is tried again");
      return 0;
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
      cancelNext();
      for (const { run } of runs.values()) run.wake();
      await Promise.all([...runs.values()].map(({ ended }) => ended));
      await looking;
    },
    async idle() {
      while (started && !stopping.signal.aborted) {
        await Promise.all([...runs.values()].map(({ ended }) => ended));
        await looking; // one that began earlier may have missed what was committed since
        if ((await look()) === 0 && runs.size === 0) return;
      }
    },
  };
}

const noTimer = () => undefined;
