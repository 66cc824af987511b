import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
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

check('a web stream is returned unchanged, and its span ends when a reader has read it to its end', async () => {
  const stream = chunks('a');
  assert.equal(new Downloads().pass(stream), stream);
  const reader = stream.getReader();
  assert.equal((await reader.read()).done, false);
  assert.deepEqual(ended(), []);
  assert.equal((await reader.read()).done, true);
  assert.deepEqual([ended(), events('Downloads.pass')], [['Downloads.pass'], []]);
});

check('countStream records the bytes of a web stream that is read by for await', async () => {
  let text = '';
  for await (const chunk of new Downloads().get('abc', 'de')) text += Buffer.from(chunk).toString();
  assert.equal(text, 'abcde');
  const { attributes } = span('Downloads.get');
  assert.deepEqual([attributes['fc_traced.stream.items'], attributes['fc_traced.stream.bytes']], [2, 5]);
});

check('a web stream is cancelled at break', async () => {
  for await (const chunk of new Downloads().get('abc', 'de')) if (chunk.byteLength === 3) break;
  assert.deepEqual(events('Downloads.get'), ['fc_traced.cancelled']);
});

check('tee returns two complete streams, and the span ends when one of them is read', async () => {
  const [left, right] = new Downloads().get('a', 'b').tee();
  assert.equal(await new Response(left).text(), 'ab');
  assert.deepEqual(ended(), ['Downloads.get']);
  assert.equal(await new Response(right).text(), 'ab');
});

check('pipeTo and pipeThrough end the span when the whole stream is piped', async () => {
  const downloads = new Downloads();
  let text = '';
  await downloads
    .get('a', 'b')
    .pipeTo(new WritableStream({ write: (chunk: Uint8Array) => void (text += Buffer.from(chunk).toString()) }));
  assert.deepEqual([text, ended()], ['ab', ['Downloads.get']]);
  const upper = new TransformStream<Uint8Array, string>({
    transform: (chunk, controller) => controller.enqueue(Buffer.from(chunk).toString().toUpperCase()),
  });
  let upperText = '';
  for await (const chunk of downloads.get('c').pipeThrough(upper)) upperText += chunk;
  assert.deepEqual([upperText, ended()], ['C', ['Downloads.get', 'Downloads.get']]);
});

check('cancel on the stream and on a reader ends the span as cancelled', async () => {
  await new Downloads().get('a').cancel();
  await new Downloads().pass(chunks('a')).getReader().cancel();
  assert.deepEqual(
    [events('Downloads.get'), events('Downloads.pass')],
    [['fc_traced.cancelled'], ['fc_traced.cancelled']],
  );
});

check('a web stream that fails rejects with its error and marks the span as failed', async () => {
  await assert.rejects(new Downloads().pass(broken()).getReader().read(), { message: 'line cut' });
  assert.deepEqual(span('Downloads.pass').status, { code: 'ERROR', message: 'line cut' });
});

check('the span of a web stream that is converted to a Node.js stream ends when that is read', async () => {
  const parts = await Readable.fromWeb(
    new Downloads().get('a', 'b') as import('node:stream/web').ReadableStream,
  ).toArray();
  assert.equal(Buffer.concat(parts as Buffer[]).toString(), 'ab');
  assert.deepEqual(ended(), ['Downloads.get']);
});

check('the span of a WritableStream ends when it is closed', async () => {
  const downloads = new Downloads();
  const written: string[] = [];
  const writer = downloads.pass(new WritableStream<string>({ write: (chunk) => void written.push(chunk) })).getWriter();
  await writer.write('a');
  assert.deepEqual(ended(), []);
  await writer.close();
  assert.deepEqual([written, ended(), events('Downloads.pass')], [['a'], ['Downloads.pass'], []]);
});

check('an aborted WritableStream is cancelled', async () => {
  await new Downloads().pass(new WritableStream()).abort(new Error('enough'));
  assert.deepEqual(events('Downloads.pass'), ['fc_traced.cancelled']);
});

check('a WritableStream whose sink fails marks the span as failed', async () => {
  const writer = new Downloads()
    .pass(new WritableStream({ write: () => Promise.reject(new RangeError('full')) }))
    .getWriter();
  await assert.rejects(writer.write('a'), { message: 'full' });
  await pause();
  assert.equal(span('Downloads.pass').status.message, 'full');
});

check('the span of a WritableStream ends when another stream has been piped into it', async () => {
  await chunks('a').pipeTo(new Downloads().pass(new WritableStream()));
  await pause();
  assert.deepEqual(ended(), ['Downloads.pass']);
});

check('the span of a Response ends when its body is read, by any method', async () => {
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

check('the content of a Response is unchanged', async () => {
  assert.deepEqual(await (await new Downloads().fetch('{"a":1}')).json(), { a: 1 });
  const response = await new Downloads().fetch('twice');
  assert.deepEqual([await response.clone().text(), await response.text()], ['twice', 'twice']);
});

check('the span of a Response without a body ends immediately', async () => {
  await new Downloads().fetch(null);
  assert.deepEqual(ended(), ['Downloads.fetch']);
});

check('a Response whose body is never read is abandoned when the invocation ends', async () => {
  await invocation(() => new Downloads().fetch('unread'));
  assert.deepEqual(events('Downloads.fetch'), ['fc_traced.abandoned']);
});

check('a web stream that is returned by 1,000 calls is followed once', async () => {
  const stream = chunks('a');
  for (let call = 0; call < 1_000; call += 1) new Downloads().pass(stream);
  const reader = stream.getReader();
  while (!(await reader.read()).done);
  assert.equal(ended().length, 1_000);
});
