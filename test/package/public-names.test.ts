import { inFreshProcess } from './fresh-process';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'fc-traced': [
    'ACTIVE_SPAN',
    'Annotate',
    'FC_CONTEXT',
    'FC_EVENT',
    'FcTracedError',
    'Handler',
    'HttpError',
    'InjectContext',
    'InjectEvent',
    'InjectSpan',
    'InjectTracer',
    'Service',
    'SpanAttribute',
    'TRACER',
    'Traced',
    'Untraced',
    'annotate',
    'createHandler',
    'currentSpan',
    'getTracedMetadata',
    'invokeHeaders',
    'logFields',
    'pinoMixin',
    'readBody',
    'readJson',
    'registerEndStrategy',
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
  'fc-traced/testing': ['buildTraces', 'expectTrace', 'fakeFcContext', 'invoke', 'recordTraces', 'renderTrace'],
};

describe('the public names of the built package', () => {
  test.each(Object.keys(NAMES))('require(%j) gives exactly the names the documents promise', async (door) => {
    const names = await inFreshProcess<string[]>(
      `report(Object.keys(require('${door}')).filter((name) => name !== '__esModule').sort());`,
    );
    expect(names).toEqual(NAMES[door]);
  });

  test.each(Object.keys(NAMES))(
    'import from %j gives the same names and the very same values as require',
    async (door) => {
      const seen = await inFreshProcess<{ names: string[]; different: string[] }>(`
      const esm = await import('${door}');
      const cjs = require('${door}');
      const names = Object.keys(esm).filter((name) => name !== 'module.exports').sort();
      report({ names, different: names.filter((name) => esm[name] !== cjs[name]) });`);
      expect(seen).toEqual({ names: NAMES[door], different: [] });
    },
  );

  test('an error is an FcTracedError whichever way the class was loaded', async () => {
    const same = await inFreshProcess<boolean>(`
      const { createHandler } = require('fc-traced');
      const { FcTracedError } = await import('fc-traced');
      try { createHandler(class {}, { noSuchOption: 1 }); report(false); } catch (error) { report(error instanceof FcTracedError); }`);
    expect(same).toBe(true);
  });

  test('nothing below the two doors can be reached', async () => {
    const codes = await inFreshProcess<string[]>(`
      report(['fc-traced/dist/config.js', 'fc-traced/config', 'fc-traced/export'].map((door) => { try { require(door); return 'reached'; } catch (error) { return error.code; } }));`);
    expect(codes).toEqual([
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    ]);
  });
});
