import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildFunctions } from '../../src/build/build-functions';
import { isNodeFunction } from '../../src/build/node-function';
import { shellCommands } from '../../src/build/shell-commands';
import { startOf } from '../../src/build/start-command';
import type { FunctionSpec } from '../../src/functions/function-spec';
import { findFunctions } from '../../src/functions/target';

let folder: string;
const at = (file: string): string => path.join(folder, file);

function write(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), text);
  }
}
function specOf(command: readonly string[] | undefined): FunctionSpec {
  const started = command === undefined ? '' : `, customRuntimeConfig: { command: ${JSON.stringify(command)} }`;
  write({ 's.yaml': `resources: { web: { component: fc3, props: { runtime: custom, code: ./app${started} } } }` });
  return findFunctions(at('s.yaml'))[0]!;
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-start-'));
  write({
    'app/package.json': JSON.stringify({
      name: 'app',
      scripts: {
        start: 'NODE_ENV=production node --enable-source-maps server.js',
        serve: 'npm run start',
        both: 'node a.js && node b.js',
        prechecked: 'tsc',
        checked: 'node server.js',
        typescript: 'tsx src/server.ts',
        loop: 'npm run loop',
      },
    }),
    'app/start.sh':
      '#!/bin/bash\r\nset -e\r\n# node other.js\r\ncd "$(dirname "$0")"\r\nexec node server.js # node x.js\r\n',
    'app/bin/run.sh': 'cd /code/lib\n. ../env.sh\nnode "main.mjs" > /tmp/log 2>&1 &\nwait',
    'app/env.sh': 'export PORT=9000',
    'app/variable.sh': '#!/bin/sh\nnode "$FILE.js"',
    'app/branches.sh': '#!/bin/sh\nif [ -n "$DEV" ]; then node dev.js; else node server.js; fi',
    'app/python.sh': '#!/bin/sh\nexec python app.py',
    'app/server': '#!/usr/bin/env node\n',
    'app/main': '\u007fELF\0 node server.js',
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  [['npm', 'start'], 'server.js', []],
  [['npm', 'run', '-s', 'start', '--', '--port', '9000'], 'server.js', []],
  [['npm', 'run', 'serve'], 'server.js', []],
  [['yarn', 'start'], 'server.js', []],
  [['pnpm', 'run', 'start'], 'server.js', []],
  [['node', '--run', 'start'], 'server.js', []],
  [['./start.sh'], 'server.js', ['start.sh']],
  [['/code/start.sh'], 'server.js', ['start.sh']],
  [['sh', '-e', 'start.sh'], 'server.js', ['start.sh']],
  [['/bin/bash', '-c', 'echo node x.js; ./start.sh'], 'server.js', ['start.sh']],
  [['bash', '-lc', 'cd lib && node ./main'], 'lib/main.js', []],
  [['sh', 'bin/run.sh'], 'lib/main.mjs', ['bin/run.sh', 'env.sh']],
  [['tini', '--', 'node', '/code/lib/main.mjs'], 'lib/main.mjs', []],
])('%j starts %s', (command, file, scripts) => {
  const spec = specOf(command);
  expect(isNodeFunction(spec)).toBe(true);
  const found = startOf(spec);
  expect([found.file, found.scripts]).toEqual([file, scripts]);
});

test.each([
  [['npm', 'run', 'both'], 'runs several modules: a.js, b.js'],
  [['./branches.sh'], 'runs several modules: dev.js, server.js'],
  [['npm', 'run', 'checked'], 'does not name the module that it runs (package.json has the script prechecked)'],
  [['npm', 'run', 'typescript'], 'does not name the module that it runs'],
  [['npm', 'run', 'loop'], 'does not name the module that it runs'],
  [['npm', '--prefix', 'lib', 'start'], 'does not name the module that it runs'],
  [['sh', '-c', 'cd lib && npm start'], 'does not name the module that it runs (lib/package.json does not exist'],
  [['./variable.sh'], 'does not name the module that it runs'],
  [['./server'], 'does not name the module that it runs'],
  [undefined, 'does not name the module that it runs (bootstrap does not exist in the code folder)'],
])('%j is not certain, and the error says why and which option names the module', (command, message) => {
  const spec = specOf(command);
  expect(isNodeFunction(spec)).toBe(true);
  expect(() => startOf(spec)).toThrow(message);
  expect(() => startOf(spec)).toThrow('customRuntimeConfig: { command: [node, server.js] }');
});

test.each([[['./main']], [['./python.sh']], [['python', 'app.py']], [['./not-compiled-yet']]])(
  '%j does not run on Node.js',
  (command) => {
    expect(isNodeFunction(specOf(command))).toBe(false);
  },
);

test('a built function is started by the same scripts', async () => {
  write({
    'app/server.mjs': "import fs from 'node:fs'; export const a = fs;",
    'app/bootstrap': '#!/bin/sh\nexec npm start',
    'app/package.json': '{"name":"app","type":"module","scripts":{"start":"node server.mjs","test":"jest"}}',
    's.yaml': 'resources: { web: { component: fc3, props: { runtime: custom, code: app } } }',
  });
  const options = { external: [], include: [], exporter: undefined, sourceMaps: false, compileCache: false };
  const result = await buildFunctions(findFunctions(at('s.yaml')), { ...options, outDir: at('built'), load: false });
  expect(result.failed).toEqual([]);
  expect(existsSync(at('built/web/server.mjs'))).toBe(true);
  expect(statSync(at('built/web/bootstrap')).mode).toBe(statSync(at('app/bootstrap')).mode);
  expect(JSON.parse(readFileSync(at('built/web/package.json'), 'utf8'))).toEqual({
    scripts: { start: 'node server.mjs' },
  });
});

test('shell commands: quotes, comments, continued lines and assignments', () => {
  const script = `#!/bin/sh
A=1 B="x y" exec node 'my server.js' --title="a; b" # node no.js
node \\
  "a"'b'.js|tee out.txt && (cd x; npm start) >/dev/null
url=http://x/#fragment`;
  expect(shellCommands(script)).toEqual([
    ['node', 'my server.js', '--title=a; b'],
    ['node', 'ab.js'],
    ['tee', 'out.txt'],
    ['cd', 'x'],
    ['npm', 'start'],
  ]);
});
