import type { Batch } from './batch';

/** How the records of a batch are processed concurrently. */
export interface LaneOptions {
  readonly concurrency: number;
  /** Keep the order of the records of a group. */
  readonly ordered: boolean;
  /** Whether, of records with an order, those behind a failed one are skipped. */
  readonly stops: boolean;
}

/** Processes the record at an index. Resolves to whether it failed. Never rejects. */
export type Attempt = (index: number) => Promise<boolean>;

/**
 * Processes all records of a batch, at most `concurrency` at once; resolves to the number of skipped records. Never
 * rejects.
 */
export async function inLanes(
  batch: Batch,
  attempt: Attempt,
  { concurrency, ordered, stops }: LaneOptions,
): Promise<number> {
  if (ordered) return byGroup(batch, attempt, concurrency, stops);
  await oneByOne(batch.records.length, attempt, concurrency);
  return 0;
}

async function oneByOne(count: number, attempt: Attempt, concurrency: number): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await attempt(next - 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, lane));
}

/** The indexes of the records, grouped by order. */
function groupsOf({ records, format }: Batch): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  records.forEach((record, index) => {
    const key = format?.group?.(record) ?? '';
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  });
  return [...groups.values()];
}

async function byGroup(batch: Batch, attempt: Attempt, concurrency: number, stops: boolean): Promise<number> {
  const groups = groupsOf(batch);
  let skipped = 0;
  const attemptGroup = async (place: number): Promise<boolean> => {
    const group = groups[place]!;
    for (let at = 0; at < group.length; at += 1) {
      if (!(await attempt(group[at]!)) || !stops) continue;
      skipped += group.length - at - 1;
      return true;
    }
    return false;
  };
  await oneByOne(groups.length, attemptGroup, concurrency);
  return skipped;
}
