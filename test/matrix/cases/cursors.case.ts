import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { Traced } from 'fc-traced';
import { check, ended, events, mark, pause, span } from '../check';

const TASKS = [
  { title: 'a', done: true },
  { title: 'b', done: false, value: 1 },
  { title: 'c', done: true },
];

/** A cursor as that of the MongoDB driver. */
class Cursor {
  private index = 0;
  isClosed = false;
  constructor(private readonly failsAt = -1) {}
  async next(): Promise<object | null> {
    await pause();
    mark(`batch ${this.index}`);
    if (this.index === this.failsAt) throw new RangeError('cursor lost');
    return TASKS[this.index++] ?? null;
  }
  async hasNext(): Promise<boolean> {
    return this.index < TASKS.length;
  }
  async toArray(): Promise<object[]> {
    const all: object[] = [];
    for await (const task of this) all.push(task);
    return all;
  }
  async forEach(each: (task: object) => void): Promise<void> {
    for await (const task of this) each(task);
  }
  map(_change: (task: object) => object): Cursor {
    return new Cursor();
  }
  async close(): Promise<void> {
    this.isClosed = true;
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<object> {
    try {
      for (let task = await this.next(); task !== null; task = await this.next()) yield task;
    } finally {
      await this.close();
    }
  }
}

/** A cursor that nothing but its use tells from an iterator. */
class Rows {
  private index = 0;
  next(): object | undefined {
    return TASKS[this.index++];
  }
  [Symbol.iterator](): Iterator<object> {
    const rows = this.next.bind(this);
    return {
      next(): IteratorResult<object> {
        const value = rows();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
    };
  }
}

/** A promise of another library. */
class Thenable<T> {
  constructor(private readonly promise: Promise<T>) {}
  then(onFulfilled?: (value: T) => unknown, onRejected?: (error: unknown) => unknown): Promise<unknown> {
    return this.promise.then(onFulfilled, onRejected);
  }
}

class Tasks {
  @Traced()
  find(failsAt?: number): Cursor {
    return new Cursor(failsAt);
  }

  @Traced()
  pass<T>(value: T): T {
    return value;
  }
}

check('documents with a field done end nothing, and the end of the cursor ends the span', async () => {
  const cursor = new Tasks().find();
  assert.deepEqual(await cursor.next(), TASKS[0]);
  assert.ok(!ended().includes('Tasks.find'));
  assert.deepEqual([await cursor.next(), await cursor.next()], TASKS.slice(1));
  assert.ok(!ended().includes('Tasks.find'));
  assert.equal(await cursor.next(), null);
  assert.equal(ended().at(-1), 'Tasks.find');
  assert.equal(span('batch 3').parentSpanId, span('Tasks.find').spanId);
});

check('a cursor is followed through for await, toArray and forEach, and through hasNext', async () => {
  const tasks = new Tasks();
  const seen: object[] = [];
  for await (const task of tasks.find()) seen.push(task);
  assert.deepEqual(await tasks.find().toArray(), TASKS);
  await tasks.find().forEach((task) => seen.push(task));
  const cursor = tasks.find();
  while (await cursor.hasNext()) seen.push((await cursor.next())!);
  assert.deepEqual(seen, [...TASKS, ...TASKS, ...TASKS]);
  const own = ended().filter((name) => name === 'Tasks.find');
  assert.equal(own.length, 4);
});

check('a cursor that is closed or left by break is cancelled, and a failed one has failed', async () => {
  const tasks = new Tasks();
  await tasks.find().close();
  assert.deepEqual(events('Tasks.find'), ['fc_traced.cancelled']);
  const cursor = new Cursor(1);
  for await (const task of tasks.pass(new Cursor())) if (task !== null) break;
  assert.deepEqual(events('Tasks.pass'), ['fc_traced.cancelled']);
  await assert.rejects(
    async () => {
      for await (const task of new Tasks().pass(cursor)) assert.ok(task);
    },
    { message: 'cursor lost' },
  );
});

check('a cursor made of a cursor continues the call', async () => {
  const mapped = new Tasks().find().map((task) => task);
  await mapped.toArray();
  assert.equal(ended().at(-1), 'Tasks.find');
});

check('an object whose iterator is another object is a cursor, whatever its methods are called', () => {
  const tasks = new Tasks();
  const rows = tasks.pass(new Rows());
  assert.deepEqual([rows.next(), rows.next()], TASKS.slice(0, 2));
  assert.deepEqual(ended(), []);
  assert.deepEqual([rows.next(), rows.next()], [TASKS[2], undefined]);
  assert.deepEqual(ended(), ['Tasks.pass']);
  assert.deepEqual([...tasks.pass(new Rows())], TASKS);
  assert.deepEqual(ended(), ['Tasks.pass', 'Tasks.pass']);
});

check('a cursor that is read in batches ends with an empty one', async () => {
  const batches = [[1, 2], [3], []];
  class PgCursor extends EventEmitter {
    submit(): void {}
    async read(_rows: number): Promise<number[]> {
      return batches.shift() ?? [];
    }
    async close(): Promise<void> {}
  }
  const cursor = new Tasks().pass(new PgCursor());
  assert.deepEqual([await cursor.read(2), await cursor.read(2)], [[1, 2], [3]]);
  assert.deepEqual(ended(), []);
  assert.deepEqual(await cursor.read(2), []);
  assert.deepEqual(ended(), ['Tasks.pass']);
});

check('an iterator whose next gives a thenable ends with its last step, or with a step that fails', async () => {
  const iterator = (last: () => Promise<IteratorResult<number>>): object => {
    let left = 2;
    return {
      next: () => new Thenable((left -= 1) >= 0 ? Promise.resolve({ done: false, value: left }) : last()),
      [Symbol.asyncIterator](): object {
        return this;
      },
    };
  };
  const seen: number[] = [];
  const good = iterator(async () => ({ done: true, value: undefined })) as AsyncIterable<number>;
  for await (const value of new Tasks().pass(good)) seen.push(value);
  assert.deepEqual([seen, ended()], [[1, 0], ['Tasks.pass']]);
  const broken = iterator(() => Promise.reject(new RangeError('torn'))) as AsyncIterable<number>;
  await assert.rejects(
    async () => {
      for await (const value of new Tasks().pass(broken)) seen.push(value);
    },
    { message: 'torn' },
  );
  assert.equal(ended().length, 2);
});
