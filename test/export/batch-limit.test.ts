import { SpanQueue } from '../../src/export/delivery/span-queue';

const settings = { mostSpans: 10_000, mostBytes: 1e9, batchSpans: 512, batchBytes: 40_000, sizeOf: () => 100 };

/** The number of spans of the next batch. */
function nextBatch(queue: SpanQueue<object>): number {
  const batch = queue.take()!;
  queue.settle(batch);
  return batch.spans.length;
}

test('a limit that was learned from a refusal grows with each accepted request, up to the usual one', () => {
  const queue = new SpanQueue<object>(settings);
  for (let n = 0; n < 5_000; n += 1) queue.add({}, false);
  queue.limitBatch(10_000);
  expect(nextBatch(queue)).toBe(100);
  queue.raiseLimit();
  expect(nextBatch(queue)).toBe(110);
  for (let n = 0; n < 40; n += 1) queue.raiseLimit();
  expect(nextBatch(queue)).toBe(400);
});
