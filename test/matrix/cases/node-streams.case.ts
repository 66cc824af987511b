import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Duplex, PassThrough, Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { check, ended, events, invocation, pause, span } from '../check';

const shared = new PassThrough();

export class Files {
  @Traced({ countStream: true })
  open(...chunks: unknown[]): Readable {
    return Readable.from(chunks);
  }

  @Traced({ countStream: true })
  create(written: string[] = []): Writable {
    return new Writable({
      decodeStrings: false,
      write: (chunk, _encoding, done) => done(void written.push(String(chunk))),
    });
  }

  @Traced()
  pass<S>(stream: S): S {
    return stream;
  }

  @Traced()
  connect(stream: Readable): Readable {
    return stream;
  }

  @Traced()
  outer(stream: Readable): Readable {
    return this.pass(stream);
  }

  @Traced()
  async later(): Promise<Readable> {
    await pause();
    return Readable.from(['a']);
  }

  @Traced()
  connection(): Duplex {
    return shared;
  }
}

/** Called in a child process below. */
export function failUnhandled(): void {
  new Files()
    .pass(
      new Readable({
        read() {
          this.destroy(new Error('disk gone'));
        },
      }),
    )
    .resume();
}

check('a Readable is returned unchanged, and its span ends when it has been read', async () => {
  const stream = Readable.from(['a', 'b']);
  assert.equal(new Files().pass(stream), stream);
  assert.deepEqual(ended(), []);
  assert.deepEqual(await stream.toArray(), ['a', 'b']);
  assert.deepEqual([ended(), events('Files.pass')], [['Files.pass'], []]);
});

check('countStream records the items and bytes of a Readable', async () => {
  const seen: unknown[] = [];
  for await (const chunk of new Files().open('abc', 'de')) seen.push(chunk);
  assert.deepEqual(seen, ['abc', 'de']);
  const { attributes } = span('Files.open');
  assert.deepEqual([attributes['fc_traced.stream.items'], attributes['fc_traced.stream.bytes']], [2, 5]);
});

check('countStream records the items and bytes that are written to a Writable', async () => {
  const written: string[] = [];
  const stream = new Files().create(written);
  stream.write('abc');
  stream.end('de');
  await once(stream, 'close');
  assert.deepEqual(written, ['abc', 'de']);
  const { attributes } = span('Files.create');
  assert.deepEqual([attributes['fc_traced.stream.items'], attributes['fc_traced.stream.bytes']], [2, 5]);
});

check('in a pipeline of traced streams, each span ends with its stream', async () => {
  const files = new Files();
  const written: string[] = [];
  const upper = new Transform({ transform: (chunk, _encoding, done) => done(null, String(chunk).toUpperCase()) });
  await pipeline(files.open('a', 'b'), files.pass(upper), files.create(written));
  await pause();
  assert.deepEqual(written.join(''), 'AB');
  assert.deepEqual(ended().sort(), ['Files.create', 'Files.open', 'Files.pass']);
  assert.deepEqual(events('Files.pass'), []);
});

check('the span of a Duplex ends when both of its sides have ended', async () => {
  const stream = new Files().pass(
    new Duplex({
      read() {
        this.push(null);
      },
      write: (_chunk, _encoding, done) => done(),
    }),
  );
  stream.resume();
  await once(stream, 'end');
  assert.deepEqual(ended(), []);
  stream.end();
  await once(stream, 'close');
  assert.deepEqual(ended(), ['Files.pass']);
});

check('a stream that fails marks the span as failed', async () => {
  const stream = new Files().pass(new Readable({ read: () => {} }));
  const failed = once(stream, 'error');
  stream.destroy(new RangeError('disk gone'));
  assert.equal(((await failed)[0] as Error).message, 'disk gone');
  assert.deepEqual(span('Files.pass').status, { code: 'ERROR', message: 'disk gone' });
});

check('an unhandled error of a stream still ends the process', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['-e', `require(${JSON.stringify(__filename)}).failUnhandled()`],
    { encoding: 'utf8' },
  );
  assert.equal(status, 1);
  assert.match(stderr, /Unhandled 'error' event[\s\S]*disk gone/);
});

check('a stream that is destroyed before its end is cancelled', async () => {
  const stream = new Files().open('a', 'b');
  stream.destroy();
  await once(stream, 'close');
  assert.deepEqual(events('Files.open'), ['fc_traced.cancelled']);
});

check('a stream is cancelled at break', async () => {
  for await (const chunk of new Files().open('a', 'b')) if (chunk === 'a') break;
  await pause();
  assert.deepEqual(events('Files.open'), ['fc_traced.cancelled']);
});

check('for a stream that has ended or failed before it is returned, the span ends immediately, with its error', () => {
  const files = new Files();
  files.connect(new Readable({ read: () => {} }).destroy());
  assert.deepEqual(ended(), ['Files.connect']);
  const broken = new Readable({ read: () => {} }).on('error', () => {}).destroy(new Error('too late'));
  files.pass(broken);
  assert.equal(span('Files.pass').status.message, 'too late');
});

check('the span of a promise of a stream ends with the stream', async () => {
  const stream = await new Files().later();
  assert.deepEqual(ended(), []);
  await stream.toArray();
  assert.deepEqual(ended(), ['Files.later']);
});

check('a stream that two traced methods return ends both spans', async () => {
  await new Files().outer(Readable.from(['a'])).toArray();
  assert.deepEqual(ended().sort(), ['Files.outer', 'Files.pass']);
  assert.ok(span('Files.outer').endNanos >= span('Files.pass').endNanos);
});

check('a stream that is not read to its end is abandoned when the invocation ends', async () => {
  await invocation(() => void new Files().open('a'));
  assert.deepEqual(events('Files.open'), ['fc_traced.abandoned']);
});

check('a connection that is returned by 20 calls gets the listeners of one call, and there is no warning', async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error): void => void warnings.push(warning);
  process.on('warning', warn);
  await invocation(async () => {
    for (let call = 0; call < 20; call += 1) new Files().connection();
    await pause();
  });
  process.off('warning', warn);
  assert.deepEqual(warnings, []);
  assert.ok(shared.listenerCount('close') <= 2, `${shared.listenerCount('close')} listeners`);
});

check('a traced stream can be garbage-collected when it has ended', () => {
  const program = `
    const { Files } = require(${JSON.stringify(__filename)});
    const { Readable } = require('node:stream');
    const files = new Files();
    const refs = [];
    const use = async () => { const stream = Readable.from(['a']); refs.push(new WeakRef(stream)); await files.pass(stream).toArray(); };
    (async () => {
      for (let call = 0; call < 50; call += 1) await use();
      await new Promise((done) => setTimeout(done, 20));
      gc();
      console.log(refs.filter((ref) => ref.deref() !== undefined).length);
      process.exit(0);
    })();`;
  const alive = Number(execFileSync(process.execPath, ['--expose-gc', '-e', program], { encoding: 'utf8' }));
  assert.ok(alive < 10, `${alive} of 50 streams are still alive`);
});
