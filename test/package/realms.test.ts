import path from 'node:path';
import { readCode, sourceFiles } from './import-scan';

const src = path.join(__dirname, '..', '..', 'src');

/**
 * The uses of `instanceof` in `src`, with the reason. A value of another realm, such as one of a `vm` context, or of a
 * test environment, is no instance of the classes of this one: see `src/realms.ts`.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // Of errors without the internal slot of one, and the class of the program.
  'realms.ts': ['value instanceof Error', 'error instanceof errorClass', 'value instanceof EventEmitter'],
  // Our own classes.
  'tracing/context/linked-context.ts': [
    'context instanceof LinkedContext',
    'context instanceof LinkedContext',
    'context instanceof LinkedContext',
  ],
  'propagation/trace-state.ts': ['state instanceof MemberList'],
  // FC tells errors from other values in this way.
  'handler/answerable.ts': ['value instanceof Error'],
  'container/resolution-errors.ts': ['thrown instanceof FcTracedError'],
  // The span must be of exactly this class of the SDK.
  'export/sdk-telemetry.ts': ['parent instanceof spanClass'],
  // HTTP/1 and not HTTP/2; Node.js makes both, in its own realm.
  'server/hold-end.ts': ['response instanceof ServerResponse'],
  // The context manager of OpenTelemetry binds no other emitters.
  'instrumentation/bind-callbacks.ts': ['value instanceof EventEmitter'],
};

test('instanceof is used only where a value cannot come from another realm', () => {
  const uses = sourceFiles(src).flatMap((file) => {
    const code = readCode(path.join(src, file)).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    const found = code.match(/[\w.$]+ instanceof [\w.$]+/g);
    return found === null ? [] : [[file, [...found]] as const];
  });
  expect(Object.fromEntries(uses)).toEqual(ALLOWED);
});
