import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentWithFile } from '../../src/functions/env-file';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fc-traced-env-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const withFile = (text: string, env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => {
  writeFileSync(join(folder, '.env'), text);
  return environmentWithFile(env, folder);
};

test('variables of .env are added to those of the process, which take precedence', () => {
  expect(
    withFile('# comment\nexport STAGE=dev\nURL="http://h/a b" # more\nEMPTY=\n', { STAGE: 'prod', HOME: '/' }),
  ).toEqual({ STAGE: 'prod', HOME: '/', URL: 'http://h/a b', EMPTY: '' });
  expect(process.env['URL']).toBeUndefined();
});

test('a variable can refer to others, of the file or the process', () => {
  expect(withFile('HOST=h\nURL=http://$HOST:${PORT}/${NONE:-x}\nPRICE=\\$5\n', { PORT: '80' })).toEqual({
    HOST: 'h',
    PORT: '80',
    URL: 'http://h:80/x',
    PRICE: '$5',
  });
  expect(withFile('A=$A\nB=1\n')).toEqual({ A: '$A', B: '1' });
});

test('without a file .env, the variables are those of the process', () => {
  const env = { A: '1' };
  expect(environmentWithFile(env, folder)).toBe(env);
  mkdirSync(join(folder, '.env'));
  expect(environmentWithFile(env, folder)).toBe(env);
});
