import { diag, DiagLogLevel } from '@opentelemetry/api';
import { Handler } from 'fc-traced';
import { serve } from 'fc-traced/server';
import { freePort } from '../instrumentation/mariadb';

@Handler()
class Hello {
  handle(): string {
    return 'hello';
  }
}

const NAMES = ['FC_SERVER_PORT', 'FC_CUSTOM_LISTEN_PORT'] as const;
const warnings: string[] = [];
const before = NAMES.map((name) => process.env[name]);
beforeEach(() => {
  warnings.length = 0;
  diag.setLogger(
    { error: () => {}, warn: (text) => void warnings.push(text), info: () => {}, debug: () => {}, verbose: () => {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
});
afterEach(() => {
  diag.disable();
  NAMES.forEach((name, index) =>
    before[index] === undefined ? delete process.env[name] : (process.env[name] = before[index]),
  );
});

/** Whether `serve` listens on a free port that the value `free` of a variable stands for. */
async function listensOnFree(values: Partial<Record<(typeof NAMES)[number], string>>): Promise<boolean> {
  const free = await freePort();
  for (const name of NAMES) {
    const value = values[name];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value === 'free' ? String(free) : value;
  }
  const running = await serve(Hello, { host: '127.0.0.1', logCorrelation: false });
  await running.close();
  return running.port === free;
}

test('the default port is FC_SERVER_PORT, then FC_CUSTOM_LISTEN_PORT', async () => {
  expect(await listensOnFree({ FC_SERVER_PORT: 'free', FC_CUSTOM_LISTEN_PORT: '1' })).toBe(true);
  expect(await listensOnFree({ FC_SERVER_PORT: '', FC_CUSTOM_LISTEN_PORT: 'free' })).toBe(true);
  expect(warnings).toEqual([]);
});

test('an invalid FC_SERVER_PORT is ignored with one warning', async () => {
  for (const given of ['eighty', '-1', '65536', '80.5', '1e3', '0x50', ' ']) {
    expect([given, await listensOnFree({ FC_SERVER_PORT: given, FC_CUSTOM_LISTEN_PORT: 'free' })]).toEqual([
      given,
      true,
    ]);
  }
  expect(warnings).toEqual([
    expect.stringContaining('FC_SERVER_PORT is not a port, an integer from 0 to 65535, and is ignored'),
  ]);
});
