import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { Traced } from 'fc-traced';
import { check, ended, events, invocation, pause, span } from '../check';

function chunks(...items: string[]): ReadableStream<Uint8Array> {
  const rest = items.map((item) => new TextEncoder().encode(item));
  return new ReadableStream(
    {
      pull: (controller) => {
        const next = rest.shift();
        if (next === undefined) controller.close();
        else controller.enqueue(next);
      },
    },
    { highWaterMark: 0 },
  );
}

class Downloads {
  @Traced({ countStream: true })
  get(...items: string[]): ReadableStream<Uint8Array> {
    return chunks(...items);
  }

  @Traced()
  pass<S>(stream: S): S {
    return stream;
  }

  @Traced({ countStream: true })
  async fetch(body: string | null): Promise<Response> {
    await pause();
    return new Response(body, { status: 201 });
  }
}

const broken = (): ReadableStream =>
  new ReadableStream({ pull: (controller) => controller.error(new RangeError('line cut')) }, { highWaterMark: 0 });

check('a web stream is the very stream, and its span ends when a reader comes to its end', async () => {
  const stream = chunks('a');
  assert.equal(new Downloads().pass(stream), stream);
  const reader = stream.getReader();
  assert.equal((await reader.read()).done, false);
  assert.deepEqual(ended(), []);
  assert.equal((await reader.read()).done, true);
  assert.deepEqual([ended(), events('Downloads.pass')], [['Downloads.pass'], []]);
});

check('count tells the bytes of a web stream read by for await', async () => {
  let text = '';
  for await (const chunk of new Downloads().get('abc', 'de')) text += Buffer.from(chunk).toString();
  assert.equal(text, 'abcde');
  const { attributes } = span('Downloads.get');
  assert.deepEqual([attributes['fc_traced.stream.items'], attributes['fc_traced.stream.bytes']], [2, 5]);
});

check('a web stream left by break is told as cancelled', async () => {
  for await (const chunk of new Downloads().get('abc', 'de')) if (chunk.byteLength === 3) break;
  assert.deepEqual(events('Downloads.get'), ['fc_traced.cancelled']);
});

check('tee gives two whole streams, and the span ends when one of them is read', async () => {
  const [left, right] = new Downloads().get('a', 'b').tee();
  assert.equal(await new Response(left).text(), 'ab');
  assert.deepEqual(ended(), ['Downloads.get']);
  assert.equal(await new Response(right).text(), 'ab');
});

check('pipeTo and pipeThrough end the span when the whole went through', async () => {
  const downloads = new Downloads();
  let text = '';
  await downloads
    .get('a', 'b')
    .pipeTo(new WritableStream({ write: (chunk: Uint8Array) => void (text += Buffer.from(chunk).toString()) }));
  assert.deepEqual([text, ended()], ['ab', ['Downloads.get']]);
  const upper = new TransformStream<Uint8Array, string>({
    transform: (chunk, controller) => controller.enqueue(Buffer.from(chunk).toString().toUpperCase()),
  });
  let loud = '';
  for await (const chunk of downloads.get('c').pipeThrough(upper)) loud += chunk;
  assert.deepEqual([loud, ended()], ['C', ['Downloads.get', 'Downloads.get']]);
});

check('cancel, on the stream and on a reader, ends the span as cancelled', async () => {
  await new Downloads().get('a').cancel();
  await new Downloads().pass(chunks('a')).getReader().cancel();
  assert.deepEqual(
    [events('Downloads.get'), events('Downloads.pass')],
    [['fc_traced.cancelled'], ['fc_traced.cancelled']],
  );
});

check('a web stream that fails rejects with its error and marks the span', async () => {
  await assert.rejects(new Downloads().pass(broken()).getReader().read(), { message: 'line cut' });
  assert.deepEqual(span('Downloads.pass').status, { code: 'ERROR', message: 'line cut' });
});

check('a web stream turned into a Node stream ends its span when that is read', async () => {
  const parts = await Readable.fromWeb(
    new Downloads().get('a', 'b') as import('node:stream/web').ReadableStream,
  ).toArray();
  assert.equal(Buffer.concat(parts as Buffer[]).toString(), 'ab');
  assert.deepEqual(ended(), ['Downloads.get']);
});

check('a WritableStream ends its span at close, at abort and at an error of its sink', async () => {
  const downloads = new Downloads();
  const written: string[] = [];
  const writer = downloads.pass(new WritableStream<string>({ write: (chunk) => void written.push(chunk) })).getWriter();
  await writer.write('a');
  assert.deepEqual(ended(), []);
  await writer.close();
  assert.deepEqual([written, ended(), events('Downloads.pass')], [['a'], ['Downloads.pass'], []]);
});

check('an aborted WritableStream is told as cancelled', async () => {
  await new Downloads().pass(new WritableStream()).abort(new Error('enough'));
  assert.deepEqual(events('Downloads.pass'), ['fc_traced.cancelled']);
});

check('a WritableStream whose sink fails marks the span', async () => {
  const writer = new Downloads()
    .pass(new WritableStream({ write: () => Promise.reject(new RangeError('full')) }))
    .getWriter();
  await assert.rejects(writer.write('a'), { message: 'full' });
  await pause();
  assert.equal(span('Downloads.pass').status.message, 'full');
});

check('a WritableStream that another stream is piped into ends its span when that is written', async () => {
  await chunks('a').pipeTo(new Downloads().pass(new WritableStream()));
  await pause();
  assert.deepEqual(ended(), ['Downloads.pass']);
});

check('a Response ends its span when its body is read, whichever way', async () => {
  for (const read of ['text', 'json', 'arrayBuffer', 'blob'] as const) {
    const response = await new Downloads().fetch('{"a":1}');
    assert.ok(response instanceof Response);
    assert.equal(response.status, 201);
    const before = ended().length;
    await response[read]();
    assert.equal(ended().length, before + 1, read);
  }
  const response = await new Downloads().fetch('abc');
  for await (const chunk of response.body!) assert.equal(chunk.byteLength, 3);
  assert.equal(ended().length, 5);
});

check('a Response gives what it held', async () => {
  assert.deepEqual(await (await new Downloads().fetch('{"a":1}')).json(), { a: 1 });
  const response = await new Downloads().fetch('twice');
  assert.deepEqual([await response.clone().text(), await response.text()], ['twice', 'twice']);
});

check('a Response without a body ends its span at once', async () => {
  await new Downloads().fetch(null);
  assert.deepEqual(ended(), ['Downloads.fetch']);
});

check('a Response whose body nobody reads is told as abandoned when the invocation ends', async () => {
  await invocation(() => new Downloads().fetch('unread'));
  assert.deepEqual(events('Downloads.fetch'), ['fc_traced.abandoned']);
});

check('a web stream returned by each of 1,000 calls is followed once', async () => {
  const stream = chunks('a');
  for (let call = 0; call < 1_000; call += 1) new Downloads().pass(stream);
  const reader = stream.getReader();
  while (!(await reader.read()).done);
  assert.equal(ended().length, 1_000);
});
