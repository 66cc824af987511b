import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './fresh-process';

// .ci/run plays it with the packed packages and an empty cache of npm, for CommonJS and ES modules.
test('the five-minute start of the README works in an empty folder, and its trace is the one that is shown', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-quickstart-'));
  try {
    const script = path.join(root, '.ci', 'play-quickstart.mjs');
    const output = execFileSync(process.execPath, [script, folder, '--linked'], {
      encoding: 'utf8',
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OTEL_|FC_|TRACED_|NODE_)/.test(name))),
      timeout: 60_000,
    });
    const played = output.split('\n').flatMap((line) => /^[\d.]+ s {2}(.+)$/.exec(line)?.[1] ?? []);
    expect(played).toEqual(['npx tsc', 'node --test dist/handler.test.js', `npx fc-traced run -e '{"name":"world"}'`]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
