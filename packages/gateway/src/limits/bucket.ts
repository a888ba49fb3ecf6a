/** A bucket that fills by `perSecond` and holds `burst`, both in calls. */
export interface BucketSize {
  readonly perSecond: number;
  readonly burst: number;
}

/** What came of drawing one call from a bucket. */
export interface Draw {
  readonly isGranted: boolean;
  /** The bucket afterwards; see `draw`. */
  readonly fullAt: number;
  /** Calls that are left, whole ones. */
  readonly left: number;
  /** Until there is one more than `left`, in milliseconds. */
  readonly nextMs: number;
}

/**
 * Draws one call from a bucket at `now`. A bucket is one number: the time at which it will be full again, in milliseconds,
 * so it fills without a timer, and one whose time has passed is the same as none. A refused draw takes nothing.
 *
 * This is the generic cell rate algorithm. Source: ITU-T I.371, annex A.
 *
 * @param fullAt - as the last draw gave it; undefined for a bucket that nobody has drawn from
 */
export function draw(fullAt: number | undefined, { perSecond, burst }: BucketSize, now: number): Draw {
  const interval = 1000 / perSecond;
  const depth = burst * interval;
  // A clock that was put back must not keep a bucket empty for as long as that.
  const present = Math.min(Math.max(fullAt ?? now, now), now + depth);
  const after = present + interval;
  const spare = now + depth - after;
  if (spare < -ROUNDING_MS) return { isGranted: false, fullAt: present, left: 0, nextMs: -spare };
  const left = Math.floor((spare + ROUNDING_MS) / interval);
  return { isGranted: true, fullAt: after, left, nextMs: (left + 1) * interval - spare };
}

/** Sums of a thousand intervals are off by less than this. */
const ROUNDING_MS = 1e-3;
