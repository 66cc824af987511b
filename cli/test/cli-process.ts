import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What `npm run sample` gave, run as a user runs it but for the build before it. */
export interface SampleRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What it left: files and folders that are temporary, and processes by their command lines. */
  readonly left: readonly string[];
}

/** A run that is under way. */
export interface RunningSample {
  readonly child: ChildProcess;
  /** Resolves when its output holds a text. */
  prints(text: string): Promise<void>;
  readonly ended: Promise<SampleRun>;
}

const MAIN = join(__dirname, '..', 'dist', 'commands', 'sample.js');

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The processes in whose environment a text is, by their command lines. Linux tells. */
function processesWith(text: string): string[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => read(`/proc/${pid}/environ`).includes(text))
    .map((pid) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
}

// What was killed takes a moment to be gone.
async function processesLeft(text: string): Promise<string[]> {
  for (let look = 0; look < 20 && processesWith(text).length > 0; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return processesWith(text);
}

/** Starts it with a folder of its own for what is temporary, in which nothing may be left. */
export function startSample(args: readonly string[], env: Record<string, string> = {}): RunningSample {
  const temporary = mkdtempSync(join(tmpdir(), 'fc-traced-test-'));
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, TMPDIR: temporary, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes.toString();
    for (const look of listeners) look();
  });
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
  });
  const ended = new Promise<SampleRun>((resolve) => {
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
      const look = (): void => {
        if (stdout.includes(text)) resolve();
      };
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`it ended without printing ${text}:\n${stdout}${stderr}`)));
    });
  return { child, prints, ended };
}

export function runSample(args: readonly string[], env: Record<string, string> = {}): Promise<SampleRun> {
  return startSample(args, env).ended;
}

/** Presses Ctrl-C so many milliseconds after a sample printed a text; gives what it then leaves. */
export async function interruptSample(name: string, text: string, milliseconds: number): Promise<readonly string[]> {
  const { child, prints, ended } = startSample([name]);
  await prints(text);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  child.kill('SIGINT');
  return (await ended).left;
}
