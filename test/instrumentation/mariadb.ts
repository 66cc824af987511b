import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const FOLDERS = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/bin'];

/** The path of a program, or `undefined` if it is not installed. */
export function findProgram(program: string): string | undefined {
  return FOLDERS.map((folder) => path.join(folder, program)).find((file) => existsSync(file));
}

/** A free port of the loopback interface. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Resolves when a program has printed `text`; rejects if it exits before that. */
export function waitForOutput(program: ChildProcess, text: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      output += String(chunk);
      if (text.test(output)) resolve();
    };
    program.stdout?.on('data', read);
    program.stderr?.on('data', read);
    program.once('exit', () => reject(new Error(`the program exited: ${output}`)));
  });
}

/** Starts MariaDB with its data in a temporary folder. The user is root, without a password. */
export async function startMariaDb(): Promise<{ readonly port: number; stop(): void }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-mariadb-'));
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  execFileSync(
    findProgram('mariadb-install-db')!,
    ['--no-defaults', ...user, `--datadir=${folder}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
    { stdio: 'ignore' },
  );
  const port = await freePort();
  const server = spawn(
    findProgram('mariadbd')!,
    [
      '--no-defaults',
      ...user,
      `--datadir=${folder}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${path.join(folder, 's')}`,
      '--innodb-buffer-pool-size=16M',
      '--skip-name-resolve',
    ],
    { stdio: 'pipe' },
  );
  await waitForOutput(server, /ready for connections/);
  return {
    port,
    stop: () => {
      server.once('exit', () => rmSync(folder, { recursive: true, force: true }));
      server.kill('SIGKILL');
    },
  };
}
