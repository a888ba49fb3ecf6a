/** Lets a few through at a time. Of those who wait each party has its turn, so that nobody waits for another's crowd. */
export interface FairTurnstile {
  /** Runs `work` when there is room. Work of one party runs in the order in which it came. */
  pass<Result>(party: string, work: () => Promise<Result>): Promise<Result>;
  /** Turns away all who wait, with this error. */
  turnAway(error: unknown): void;
}

export interface Patience {
  /** Longest wait, in milliseconds of real time. */
  readonly ms: number;
  /** What those hear who have waited that long. */
  readonly error: () => Error;
}

interface Waiting {
  readonly enter: () => void;
  readonly leave: (error: unknown) => void;
  hasLeft: boolean;
}

/**
 * @param width - how many are let in at once
 * @param patience - absent for those who wait as long as it takes
 */
export function fairTurnstile(width: number, patience?: Patience): FairTurnstile {
  // In the order of their turns: who had one goes to the end.
  const queues = new Map<string, Waiting[]>();
  let inside = 0;

  function letNextIn(): void {
    for (const [party, queue] of queues) {
      queues.delete(party);
      let next = queue.shift();
      while (next?.hasLeft) next = queue.shift();
      if (queue.length > 0) queues.set(party, queue);
      if (!next) continue;
      next.enter();
      return;
    }
    inside -= 1;
  }

  function join(party: string, waiting: Waiting): void {
    const queue = queues.get(party);
    if (queue) queue.push(waiting);
    else queues.set(party, [waiting]);
  }

  function wait(party: string): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const timer = patience && setTimeout(() => waiting.leave(patience.error()), patience.ms);
      const waiting: Waiting = {
        enter() {
          clearTimeout(timer);
          resolve();
        },
        leave(error) {
          clearTimeout(timer);
          waiting.hasLeft = true;
          reject(error);
        },
        hasLeft: false,
      };
      join(party, waiting);
    });
  }

  return {
    async pass(party, work) {
      if (inside < width) inside += 1;
      else await wait(party);
      try {
        return await work();
      } finally {
        letNextIn();
      }
    },
    turnAway(error) {
      const all = [...queues.values()].flat();
      queues.clear();
      for (const one of all) if (!one.hasLeft) one.leave(error);
    },
  };
}
