import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The result of `fc-traced`, run as a user runs it. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What the run left behind: temporary files and folders, and the command lines of processes. */
  readonly left: readonly string[];
}

/** A running `fc-traced`. */
export interface RunningCli {
  readonly child: ChildProcess;
  /** Resolves when its output contains a text. */
  prints(text: string): Promise<void>;
  /** What it has printed so far. */
  printed(): string;
  readonly ended: Promise<CliResult>;
}

const MAIN = join(__dirname, '..', 'dist', 'main.js');

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The command lines of the processes that have a text in their environment. Linux only. */
function processesWith(text: string): string[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => read(`/proc/${pid}/environ`).includes(text))
    .map((pid) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
}

// A killed process takes a moment to disappear.
async function processesLeft(text: string): Promise<string[]> {
  for (let attempt = 0; attempt < 20 && processesWith(text).length > 0; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return processesWith(text);
}

/** Starts `fc-traced` with its own folder for temporary files, which must be empty at the end. */
export function startCli(args: readonly string[], env: Record<string, string> = {}, input?: string): RunningCli {
  const temporary = mkdtempSync(join(tmpdir(), 'fc-traced-test-'));
  const child = spawn(process.execPath, [MAIN, ...args], {
    // jest asks its workers for colors, also where nobody sees them.
    env: { ...process.env, FORCE_COLOR: undefined, TMPDIR: temporary, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(input);
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout!.on('data', (bytes: Buffer) => {
    stdout += bytes.toString();
    for (const check of listeners) check();
  });
  child.stderr!.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
  });
  const ended = new Promise<CliResult>((resolve) => {
    child.on('close', (code) => {
      void processesLeft(temporary).then((processes) => {
        const left = [...readdirSync(temporary), ...processes];
        rmSync(temporary, { recursive: true, force: true });
        resolve({ code, stdout, stderr, left });
      });
    });
  });
  const prints = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (stdout.includes(text)) resolve();
      };
      listeners.add(check);
      check();
      void ended.then(() => reject(new Error(`fc-traced ended without printing ${text}:\n${stdout}${stderr}`)));
    });
  return { child, prints, printed: () => stdout, ended };
}

export function runCli(args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> {
  return startCli(args, env).ended;
}

/** Sends SIGINT so many milliseconds after `fc-traced` printed a text. Resolves to what the run left behind. */
export async function interruptCli(
  args: readonly string[],
  text: string,
  milliseconds: number,
): Promise<readonly string[]> {
  const { child, prints, ended } = startCli(args);
  await prints(text);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  child.kill('SIGINT');
  return (await ended).left;
}
