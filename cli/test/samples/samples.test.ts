import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLES } from '../../src/samples/samples';

const samples = join(__dirname, '..', '..', '..', 'samples');

test('every folder of samples is in the table of samples, and its question in samples/README.md', () => {
  const folders = readdirSync(samples, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'dist')
    .map(({ name }) => name);
  expect(SAMPLES.map(({ name }) => name).sort()).toEqual(folders.sort());
  const readme = readFileSync(join(samples, 'README.md'), 'utf8');
  for (const { name, question } of SAMPLES) expect(readme).toContain(`| [${name}](${name}/README.md) | ${question}`);
});

const SHORT = ['rds', 'nas', 'chain', 'mcp-weather', 'orders-queue', 'scheduled-job', 'thumbnails', 'express'];

test.each(SHORT)('the sample %s is short, and its README shows every expected trace or links to it', (name) => {
  const folder = join(samples, name);
  const program = name === 'express' ? 'server.ts' : 'handler.ts';
  for (const file of [program, 'event.json', 's.yaml', 'README.md']) {
    expect(existsSync(join(folder, file))).toBe(true);
  }
  for (const file of readdirSync(folder).filter((one) => one.endsWith('.ts'))) {
    expect(readFileSync(join(folder, file), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(70);
  }
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const file of readdirSync(join(folder, 'trace'))) {
    const comment = `<!-- from samples/${name}/trace/${file} -->`;
    const trace = readFileSync(join(folder, 'trace', file), 'utf8');
    if (readme.includes(comment)) expect(readme).toContain(`${comment}\n\`\`\`\n${trace}\`\`\`\n`);
    else expect(readme).toContain(`](trace/${file})`);
  }
});

const S_YAML = SAMPLES.map(({ name }) => [name, 's.yaml'] as const);

test.each([...S_YAML, ['orders', 's.fc2.yaml'] as const])(
  '%s/%s names the exports of its files, and the servers as commands',
  (name, file) => {
    const yaml = readFileSync(join(samples, name, file), 'utf8');
    const files = new Map<string, string[]>();
    for (const [, file, exported] of yaml.matchAll(/(?:handler|initializer): (\w+)\.(\w+)/g)) {
      files.set(file!, [...(files.get(file!) ?? []), exported!]);
    }
    expect(files.has(name === 'express' ? 'server' : 'handler')).toBe(true);
    for (const [file, named] of files) {
      const source = readFileSync(join(samples, name, `${file}.ts`), 'utf8');
      // Express and Nest get no hooks: their programs would have to answer them.
      const expected = name === 'express' ? ['handler'] : ['handler', 'initialize', 'preStop'];
      expect(named.filter((one) => one !== 'preFreeze').sort()).toEqual(expected);
      // FC 3.0 has no such hook.
      expect(named.includes('preFreeze')).toBe(yaml.includes('component: fc\n'));
      if (/void serve\(|createServer\(/.test(source)) expect(yaml).toMatch(new RegExp(`- ${file}\\.js$`, 'm'));
      else expect(/export const \{ ([^}]+) \}/.exec(source)![1]!.split(', ')).toEqual(expect.arrayContaining(named));
    }
  },
);
