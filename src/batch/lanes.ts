import type { Batch } from './batch';

/** A record that failed. */
export interface RecordFailure<R> {
  /** The place of the record in the event, from 0. */
  readonly index: number;
  readonly record: R;
  /** What its function threw. */
  readonly error: unknown;
}

/** How the records of a batch are processed beside each other. */
export interface LaneOptions {
  readonly concurrency: number;
  readonly ordered: boolean;
  /** Whether, of records with an order, those behind a failed one are skipped. */
  readonly stops: boolean;
}

/** What failed, in the order of the records, and how many records were skipped. */
export interface LanesOutcome {
  readonly failures: RecordFailure<unknown>[];
  readonly skipped: number;
}

/** The places of the records, group by group: those of a group follow each other. */
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

/** Processes all records of a batch, at most `concurrency` at once. Never rejects: what is thrown is in the outcome. */
export async function inLanes(
  batch: Batch,
  process: (index: number) => unknown,
  { concurrency, ordered, stops }: LaneOptions,
): Promise<LanesOutcome> {
  const { records } = batch;
  const failures: RecordFailure<unknown>[] = [];
  const fails = async (index: number): Promise<boolean> => {
    try {
      await process(index);
      return false;
    } catch (error) {
      failures.push({ index, record: records[index], error });
      return true;
    }
  };
  const skipped = ordered
    ? await byGroup(batch, fails, concurrency, stops)
    : await oneByOne(records.length, fails, concurrency);
  failures.sort((one, other) => one.index - other.index);
  return { failures, skipped };
}

type Fails = (index: number) => Promise<boolean>;

async function oneByOne(count: number, fails: Fails, concurrency: number): Promise<number> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await fails(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, lane));
  return 0;
}

async function byGroup(batch: Batch, fails: Fails, concurrency: number, stops: boolean): Promise<number> {
  const groups = groupsOf(batch);
  let skipped = 0;
  await oneByOne(
    groups.length,
    async (place) => {
      const group = groups[place]!;
      for (let at = 0; at < group.length; at += 1) {
        if (!(await fails(group[at]!)) || !stops) continue;
        skipped += group.length - at - 1;
        return true;
      }
      return false;
    },
    concurrency,
  );
  return skipped;
}
