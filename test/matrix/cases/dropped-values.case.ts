import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { Traced } from 'fc-traced';
import { check, ended, events } from '../check';

class Pages {
  @Traced()
  *read(): Generator<number> {
    yield 1;
  }

  @Traced()
  pass<T>(value: T): T {
    return value;
  }
}

/** Has the garbage collector run until `isDone`, or long enough to believe that it will not be. */
async function collect(isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 50 && !isDone(); turn += 1) {
    globalThis.gc!();
    await nextTurn();
  }
}

check('outside of an invocation a generator that is dropped is told as abandoned when it is collected', async () => {
  new Pages().read().next();
  await collect(() => ended().length > 0);
  assert.deepEqual(events('Pages.read'), ['fc_traced.abandoned']);
});

check('a generator that its method got as an argument is collected, too', async () => {
  const pages = new Pages();
  pages.pass(
    (function* numbers() {
      yield 1;
    })(),
  );
  await collect(() => ended().length > 0);
  assert.deepEqual(events('Pages.pass'), ['fc_traced.abandoned']);
});

check('a generator that was read is not ended a second time when it is collected', async () => {
  const told: string[] = [];
  const tell = (...words: unknown[]): void => void told.push(words.join(' '));
  diag.setLogger(
    { error: tell, warn: tell, info: tell, debug: () => {}, verbose: () => {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  try {
    assert.deepEqual([...new Pages().read()], [1]);
    await collect(() => told.length > 0);
  } finally {
    diag.disable();
  }
  assert.deepEqual(told, []);
  assert.deepEqual(events('Pages.read'), []);
});
