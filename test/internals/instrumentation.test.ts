import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs';
import { MySQL2Instrumentation } from '@opentelemetry/instrumentation-mysql2';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { RedisInstrumentation } from '@opentelemetry/instrumentation-redis';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ownerOf } from '../../src/instrumentation/bind-callbacks';
import { modulePatchersOf } from '../../src/instrumentation/module-definitions';

// Private members of the official instrumentations, and of the libraries that they patch, which src/instrumentation
// uses. A test that fails after an update names the member.

/** Loads a file of an installed library, also one that the library does not export. */
function loadFile(library: string, file: string): unknown {
  let folder = path.dirname(require.resolve(library));
  while (!folder.endsWith(path.join('node_modules', library))) folder = path.dirname(folder);
  return require(path.join(folder, file));
}

const off = { enabled: false };
const INSTRUMENTATIONS = {
  ioredis: new IORedisInstrumentation(off),
  kafkajs: new KafkaJsInstrumentation(off),
  mysql2: new MySQL2Instrumentation(off),
  pg: new PgInstrumentation(off),
  redis: new RedisInstrumentation(off),
  undici: new UndiciInstrumentation(off),
};

describe('@opentelemetry/instrumentation', () => {
  test.each(Object.entries(INSTRUMENTATIONS))(
    'the instrumentation of %s has InstrumentationBase._modules and _onRequire',
    (_name, instrumentation) => {
      expect(modulePatchersOf(instrumentation).length).toBeGreaterThanOrEqual(1);
    },
  );

  test.each([
    ['ioredis', 'ioredis'],
    ['kafkajs', 'kafkajs'],
    ['mysql2', 'mysql2'],
    ['pg', 'pg-pool'],
    ['redis', '@redis/client'],
  ] as const)('_modules of the instrumentation of %s has a definition of %s', (name, library) => {
    const definitions = modulePatchersOf(INSTRUMENTATIONS[name]).flatMap(({ _modules }) => _modules);
    const definition = definitions.find((found) => found.name === library);
    expect(definition).toMatchObject({ files: expect.any(Array), supportedVersions: expect.any(Array) });
  });

  test('_onRequire checks the version of a library, sets moduleExports, and calls patch', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-internals-'));
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'library', version: '2.1.0' }));
    const calls: unknown[][] = [];
    const definitions = [['>=2 <3'], ['>=3']].map(
      (versions) =>
        new InstrumentationNodeModuleDefinition('library', versions, (...args: unknown[]) => {
          calls.push(args);
          return 'patched';
        }),
    );
    class Example extends InstrumentationBase {
      protected override init(): void {}
    }
    const instrumentation = new Example('example', '1', {});
    const [patcher] = modulePatchersOf(instrumentation);
    const exports = {};
    const results = definitions.map((definition) => patcher!._onRequire(definition, exports, 'library', folder));
    rmSync(folder, { recursive: true });
    expect(results).toEqual(['patched', exports]);
    expect(calls).toEqual([[exports, '2.1.0']]);
    expect(definitions.map((definition) => Reflect.get(definition, 'moduleExports') as unknown)).toEqual([
      exports,
      undefined,
    ]);
  });
});

test.each([
  ['kafkajs', '_getSendPatch'],
  ['kafkajs', '_getSendBatchPatch'],
  ['kafkajs', '_getConsumerRunPatch'],
  ['pg', '_getClientQueryPatch'],
] as const)('the instrumentation of %s has %s, which returns a function that wraps a method', (name, member) => {
  const instrumentation = INSTRUMENTATIONS[name];
  const getPatch = Reflect.get(instrumentation, member) as () => (original: () => void) => unknown;
  expect(Reflect.apply(getPatch, instrumentation, [])(() => {})).toBeInstanceOf(Function);
});

test('the instrumentation of ioredis sets __original on Redis.prototype.sendCommand', () => {
  const Redis = require('ioredis') as { prototype: { sendCommand: { __original?: unknown } } };
  const { sendCommand } = Redis.prototype;
  const [patcher] = modulePatchersOf(INSTRUMENTATIONS.ioredis);
  const [definition] = patcher!._modules;
  definition!.patch!(Redis, '5.0.0');
  expect(Redis.prototype.sendCommand).not.toBe(sendCommand);
  expect(Redis.prototype.sendCommand.__original).toBe(sendCommand);
  definition!.unpatch!(Redis, '5.0.0');
  expect(Redis.prototype.sendCommand).toBe(sendCommand);
});

describe('libraries', () => {
  test.each([
    ['mysql2/lib/connection.js', ['query', 'execute']],
    ['mysql2/lib/pool.js', ['getConnection', 'query', 'execute']],
  ])('%s exports a class with the methods %j', (file, methods) => {
    const exported = loadFile('mysql2', file.replace('mysql2/', ''));
    expect(methods.filter((method) => ownerOf(exported, method) === undefined)).toEqual([]);
  });

  test('@redis/client/dist/lib/client/pool.js exports RedisClientPool with the method execute', () => {
    const { RedisClientPool } = loadFile('@redis/client', 'dist/lib/client/pool.js') as { RedisClientPool: unknown };
    expect(ownerOf(RedisClientPool, 'execute')).toBeDefined();
  });

  test('pg-pool has Pool.prototype.connect and newClient, and an array Pool._pendingQueue', () => {
    const Pool = require('pg-pool') as new (options: object) => { _pendingQueue: unknown; end(): Promise<void> };
    expect(Object.hasOwn(Pool.prototype as object, 'connect')).toBe(true);
    expect(Object.hasOwn(Pool.prototype as object, 'newClient')).toBe(true);
    expect(new Pool({ Client: class {} })._pendingQueue).toEqual([]);
  });

  test('undici/lib/dispatcher/pool-base.js exports PoolBase with a method whose key is a symbol named dispatch', () => {
    const { PoolBase } = loadFile('undici', 'lib/dispatcher/pool-base.js') as { PoolBase: { prototype: object } };
    const keys = Object.getOwnPropertySymbols(PoolBase.prototype).map(({ description }) => description);
    expect(keys).toContain('dispatch');
  });

  test('undici/lib/dispatcher/dispatcher-base.js exports a class with the method dispatch', () => {
    expect(ownerOf(loadFile('undici', 'lib/dispatcher/dispatcher-base.js'), 'dispatch')).toBeDefined();
  });

  test('ioredis/built/Redis.js exports the class as default, kafkajs/src/index.js as module.exports', () => {
    const redis = loadFile('ioredis', 'built/Redis.js') as { default: unknown };
    expect(redis.default).toBe(require('ioredis'));
    expect(loadFile('kafkajs', 'src/index.js')).toBe((require('kafkajs') as { Kafka: unknown }).Kafka);
  });
});
