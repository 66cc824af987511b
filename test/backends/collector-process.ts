import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running OpenTelemetry Collector; Jaeger 2 is one. */
export interface Collector {
  stop(): Promise<void>;
}

/** The folder of the configurations that the documents show. */
export const configurations = path.join(__dirname, '..', '..', 'docs', 'backends');

/**
 * Starts a Collector with one of the documented configurations. `settings` replaces ports and times, as the option
 * `--set` does. Resolves when `isReady` does to true.
 */
export async function startCollector(
  binary: string,
  config: string,
  settings: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  isReady: () => Promise<boolean>,
): Promise<Collector> {
  const all = { 'service.telemetry.metrics.level': 'none', ...settings };
  const sets = Object.entries(all).map(([name, value]) => `--set=${name}=${value}`);
  const child = spawn(binary, ['--config', path.join(configurations, config), ...sets], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, OTEL_TRACES_SAMPLER: 'always_off', ...env },
  });
  // Must not keep jest alive if a test does not stop it.
  child.unref();
  (child.stderr as Socket).unref();
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.removeListener('exit', kill);
    kill();
    await exited;
  };
  for (const deadline = Date.now() + 20_000; ; await sleep(50)) {
    if (await isReady().catch(() => false)) return { stop };
    if (child.exitCode === null && Date.now() < deadline) continue;
    await stop();
    throw new Error(`the Collector with ${config} did not start:\n${output}`);
  }
}

/** Sends OTLP as JSON, and returns the status of the response. */
export async function sendOtlp(endpoint: string, body: unknown): Promise<number> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.status;
}
