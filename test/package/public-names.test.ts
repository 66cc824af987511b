import { inFreshProcess } from './fresh-process';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'fc-traced': [
    'ACTIVE_SPAN',
    'Annotate',
    'DEADLINE',
    'FC_CONTEXT',
    'FC_EVENT',
    'FcTracedError',
    'Handler',
    'HttpError',
    'InjectContext',
    'InjectDeadline',
    'InjectEvent',
    'InjectSpan',
    'InjectTracer',
    'Service',
    'SpanAttribute',
    'TRACER',
    'Traced',
    'Untraced',
    'annotate',
    'cloudEventExtensions',
    'createHandler',
    'currentSpan',
    'deliveryStats',
    'forEachRecord',
    'getTracedMetadata',
    'invokeHeaders',
    'logFields',
    'messageHeaders',
    'ossMeta',
    'pinoMixin',
    'readBody',
    'readJson',
    'registerEndStrategy',
    'rocketMqProperties',
    'secret',
    'startSpan',
    'traceHeaders',
    'traceInvoke',
    'traced',
    'winstonFormat',
    'winstonMeta',
  ],
  'fc-traced/mcp': ['traceMcpClient', 'traceMcpServer'],
  'fc-traced/server': ['serve', 'traceListener'],
  'fc-traced/testing': [
    'buildTraces',
    'deliveryStats',
    'expectTrace',
    'fakeEvent',
    'fakeFcContext',
    'invoke',
    'recordTraces',
    'renderTrace',
  ],
};

describe('the public names of the built package', () => {
  test.each(Object.keys(NAMES))('require(%j) exports exactly the documented names', async (entryPoint) => {
    const names = await inFreshProcess<string[]>(
      `report(Object.keys(require('${entryPoint}')).filter((name) => name !== '__esModule').sort());`,
    );
    expect(names).toEqual(NAMES[entryPoint]);
  });

  test.each(Object.keys(NAMES))('import from %j exports the same names and values as require', async (entryPoint) => {
    const seen = await inFreshProcess<{ names: string[]; different: string[] }>(`
      const esm = await import('${entryPoint}');
      const cjs = require('${entryPoint}');
      const names = Object.keys(esm).filter((name) => name !== 'module.exports').sort();
      report({ names, different: names.filter((name) => esm[name] !== cjs[name]) });`);
    expect(seen).toEqual({ names: NAMES[entryPoint], different: [] });
  });

  test('an error is an FcTracedError of both require and import', async () => {
    const same = await inFreshProcess<boolean>(`
      const { createHandler } = require('fc-traced');
      const { FcTracedError } = await import('fc-traced');
      try { createHandler(class {}, { noSuchOption: 1 }); report(false); } catch (error) { report(error instanceof FcTracedError); }`);
    expect(same).toBe(true);
  });

  test('nothing but the entry points can be loaded', async () => {
    const codes = await inFreshProcess<string[]>(`
      report(['fc-traced/dist/config.js', 'fc-traced/config', 'fc-traced/export'].map((path) => { try { require(path); return 'loaded'; } catch (error) { return error.code; } }));`);
    expect(codes).toEqual([
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    ]);
  });
});
