import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentWithFiles } from '../../src/functions/env-file';
import { readServerlessDevs } from '../../src/functions/serverless-devs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fc-traced-env-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const withFile = (text: string, env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => {
  writeFileSync(join(folder, '.env'), text);
  return environmentWithFiles([folder], env);
};

test('variables of .env are added to those of the process, which take precedence', () => {
  const text = '# comment\nexport STAGE=dev\nURL="http://h/a b" # more\nEMPTY=\n';
  expect(withFile(text, { STAGE: 'prod', HOME: '/' })).toEqual({
    STAGE: 'prod',
    HOME: '/',
    URL: 'http://h/a b',
    EMPTY: '',
  });
  expect(process.env['URL']).toBeUndefined();
});

test.each<[string, NodeJS.ProcessEnv, Record<string, string>]>([
  ['HOST=h\nURL=http://$HOST/${NONE:-x}\nPRICE=\\$5\n', {}, { HOST: 'h', URL: 'http://h/x', PRICE: '$5' }],
  ['PORT=8080\nURL=http://h:${PORT:-80}\n', {}, { PORT: '8080', URL: 'http://h:8080' }],
  ['URL=http://h:${PORT:-80}\n', { PORT: '8080' }, { PORT: '8080', URL: 'http://h:8080' }],
  ['C=1\nA=${B:-${C:-x}}\n', {}, { A: '1', C: '1' }],
  // Other variables of the process do not matter.
  ['A=1\nB=$A\n', { PS1: '$PS1 x' }, { A: '1', B: '1', PS1: '$PS1 x' }],
  // Those that refer to each other in a circle stay as they are.
  ['A=$B\nB=$A\n', {}, { A: '$B', B: '$A' }],
  ['A=$A\nB=1\n', {}, { A: '$A', B: '1' }],
  // No process can have it.
  ['A="a\0b"\nB=1\n', {}, { B: '1' }],
])('references between variables are replaced: %j with %j', (text, env, expected) => {
  expect(withFile(text, env)).toEqual(expected);
});

test('without a file .env that can be read, the variables are those of the process', () => {
  const env = { A: '1' };
  const file = join(folder, '.env');
  expect(environmentWithFiles([folder], env)).toBe(env);
  mkdirSync(file);
  expect(environmentWithFiles([folder], env)).toBe(env);
  rmSync(file, { recursive: true });
  symlinkSync('.env', file);
  expect(environmentWithFiles([folder], env)).toBe(env);
  rmSync(file);
  writeFileSync(file, '');
  truncateSync(file, 600_000_000);
  expect(environmentWithFiles([folder], env)).toEqual(env);
  rmSync(file);
  writeFileSync(file, 'B=2');
  chmodSync(file, 0);
  // Root can read it.
  expect(environmentWithFiles([folder], env)).toEqual(process.getuid?.() === 0 ? { A: '1', B: '2' } : env);
});

test('a file of Serverless Devs sees the .env of the working directory, of its code and of its own folder', () => {
  mkdirSync(join(folder, 'sub/code'), { recursive: true });
  const code = join(folder, 'sub/code');
  writeFileSync(join(folder, '.env'), 'A=cwd');
  writeFileSync(join(code, '.env'), 'A=code\nB=code');
  writeFileSync(join(folder, 'sub/.env'), 'A=yaml\nB=yaml\nC=yaml\nD=yaml');
  const file = join(folder, 'sub/s.yaml');
  const variables = ['A', 'B', 'C', 'D'].map((name) => `${name}: "\${env('${name}')}"`).join(', ');
  const props = `{ runtime: nodejs20, handler: a.b, code: ${code}, environmentVariables: { ${variables} } }`;
  writeFileSync(file, `resources: { a: { component: fc3, props: ${props} } }`);
  const before = process.cwd();
  try {
    process.chdir(folder);
    const [spec] = readServerlessDevs(file, { D: 'process' });
    expect(spec!.env).toEqual({ A: 'cwd', B: 'code', C: 'yaml', D: 'process' });
  } finally {
    process.chdir(before);
  }
});
