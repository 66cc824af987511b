import { diag, DiagLogLevel } from '@opentelemetry/api';
import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
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

/** Runs the garbage collector until `isDone` returns true, 50 times at most. */
async function collect(isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 50 && !isDone(); turn += 1) {
    globalThis.gc!();
    await nextTurn();
  }
}

check('outside of an invocation, a dropped generator is abandoned when it is garbage-collected', async () => {
  new Pages().read().next();
  await collect(() => ended().length > 0);
  assert.deepEqual(events('Pages.read'), ['fc_traced.abandoned']);
});

check('a generator that is an argument of its method is garbage-collected as well', async () => {
  const pages = new Pages();
  pages.pass(
    (function* numbers() {
      yield 1;
    })(),
  );
  await collect(() => ended().length > 0);
  assert.deepEqual(events('Pages.pass'), ['fc_traced.abandoned']);
});

check('a generator that was read is not ended again when it is garbage-collected', async () => {
  const logged: string[] = [];
  const log = (...words: unknown[]): void => void logged.push(words.join(' '));
  diag.setLogger(
    { error: log, warn: log, info: log, debug: () => {}, verbose: () => {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  try {
    assert.deepEqual([...new Pages().read()], [1]);
    await collect(() => logged.length > 0);
  } finally {
    diag.disable();
  }
  assert.deepEqual(logged, []);
  assert.deepEqual(events('Pages.read'), []);
});
