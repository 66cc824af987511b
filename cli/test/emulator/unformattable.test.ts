import { join } from 'node:path';
import type { InstanceOptions } from '../../src/emulator/function-options';
import { startInstance } from './built';
import type { Instance } from './built';

const codeDir = join(__dirname, 'functions');
const started = new Map<string, Instance>();
afterAll(() => Promise.all([...started.values()].map((instance) => instance.stop())));

const STYLES: readonly (readonly [string, Partial<InstanceOptions>])[] = [
  ['FC 2.0 with a callback', { generation: '2.0' }],
  ['FC 3.0 with a callback', { generation: '3.0' }],
  ['FC 3.0 with a promise', { generation: '3.0', handlerStyle: 'promise' }],
];

async function answerOf(method: string, name: string, style: string, options: Partial<InstanceOptions>): Promise<any> {
  const key = `${method} ${style}`;
  const instance =
    started.get(key) ?? startInstance({ handler: `traced-answers.${method}`, codeDir, timeout: 5, ...options });
  started.set(key, instance);
  const { ok, error, body } = await instance.invoke(JSON.stringify(name));
  return ok ? body.toString() : error;
}

describe.each(STYLES)('%s', (style, options) => {
  test.each<[string, unknown]>([
    ['circular', { errorType: 'TypeError', errorMessage: expect.stringContaining('circular structure') }],
    ['revoked', { errorType: 'TypeError', errorMessage: expect.stringContaining('revoked') }],
    ['bigint', { errorType: 'TypeError', errorMessage: expect.stringContaining('BigInt') }],
    ['toJSON', { errorType: 'RangeError', errorMessage: 'no JSON' }],
    ['getter', { errorType: 'RangeError', errorMessage: 'no total' }],
    ['noPrototype', '{"id":7}'],
    ['noPrototypes', '[{"id":7}]'],
    ['ownToString', '{"toString":"text","id":7}'],
    ['frozen', '{"id":7}'],
  ])('a traced function that returns a value of kind %s gets an answer', async (name, expected) => {
    const answer = await answerOf('returns', name, style, options);
    if (typeof expected === 'string') expect(answer).toBe(expected);
    else expect(answer).toMatchObject(expected as object);
  });
});

describe.each(STYLES.slice(0, 2))('%s', (style, options) => {
  test.each<[string, unknown]>([
    ['noJSON', ''],
    ['function', '[Function (null prototype) (anonymous)]'],
  ])('a traced function that returns a value of kind %s gets an answer', async (name, expected) => {
    expect(await answerOf('returns', name, style, options)).toBe(expected);
  });

  test.each<[string, object]>([
    ['circular', { errorType: 'FunctionHandledError', errorMessage: expect.stringContaining("name: 'loop'") }],
    ['revoked', { errorType: 'FunctionHandledError', errorMessage: '<Revoked Proxy>' }],
    ['bigint', { errorType: 'FunctionHandledError', errorMessage: '{ total: 1n }' }],
    ['noPrototype', { errorType: 'FunctionHandledError', errorMessage: '{"code":7}' }],
    [
      'frozen',
      { errorType: 'RangeError', errorMessage: 'mine', stackTrace: expect.arrayContaining(['RangeError: mine']) },
    ],
    [
      'sealed',
      { errorType: 'RangeError', errorMessage: 'mine', stackTrace: expect.arrayContaining(['RangeError: mine']) },
    ],
    ['noStack', { errorType: 'RangeError', errorMessage: 'mine', stackTrace: ['RangeError: mine'] }],
    ['bigintMessage', { errorType: 'RangeError', errorMessage: '7' }],
    ['circularMessage', { errorType: 'RangeError', errorMessage: expect.stringContaining("name: 'loop'") }],
    ['throwingMessage', { errorType: 'RangeError', errorMessage: '' }],
    ['proxy', { errorType: 'Error', errorMessage: '', stackTrace: ['Error: '] }],
  ])('a traced function that throws an error of kind %s gets an answer', async (name, expected) => {
    expect(await answerOf('throws', name, style, options)).toMatchObject(expected);
  });
});
