import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { BundleError } from '../bundling/bundle-error';
import type { FunctionSpec } from '../functions/function-spec';
import { shellCommands } from './shell-commands';

/** How the custom runtime of a function is started. Paths are relative to the code folder, with slashes. */
export interface ServerStart {
  /** The module that Node.js runs, such as `server.js`. */
  readonly file: string;
  /** The shell scripts on the way to it, such as `bootstrap`, which the built function needs as well. */
  readonly scripts: readonly string[];
  /** The scripts of each `package.json` that are on the way, such as `{ start: 'node server.js' }`. */
  readonly packageScripts: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

interface Started {
  readonly file: string;
  readonly preloads: readonly string[];
}

const NODE = /(?:^|[\\/])node(?:\.exe)?$/;
const SHELL = /(?:^|\/)(?:ba|da|z|a)?sh$/;
const SHELL_SCRIPT = /^#!.*\b(?:ba|da|z|a)?sh\b/;
const PRINTS = /^(?:echo|printf|which|type|export|test|\[+)$/;
const MANAGER = /^(?:.*\/)?(?:npm|pnpm|yarn)$/;
const PROGRAM =
  /(?:^|[\s/\\'"=;&(])(?:node|npm|npx|yarn|pnpm|tsx|ts-node|nodemon|pm2(?:-runtime)?)(?:\.exe)?(?=[\s'";]|$)/im;
const MODULE = /^\S*\.[mc]?js$/;
const PRELOADS = new Set(['-r', '--require', '--import', '--loader', '--experimental-loader']);
// Other options of Node.js whose value may be the next word.
const WITH_VALUE = new Set([
  ...['-C', '--conditions', '--env-file', '--env-file-if-exists', '--title', '--inspect-port', '--input-type'],
  ...['--icu-data-dir', '--openssl-config', '--redirect-warnings', '--report-dir', '--report-directory'],
  ...['--diagnostic-dir', '--dns-result-order', '--unhandled-rejections', '--max-http-header-size'],
]);

/** Follows a start command through shell scripts and scripts of `package.json` to what runs Node.js. */
class StartReader {
  readonly texts: string[] = [];
  readonly scripts = new Set<string>();
  readonly packageScripts = new Map<string, Record<string, string>>();
  readonly started: Started[] = [];
  /** Why what is started is not known. */
  readonly problems: string[] = [];

  constructor(private readonly codeDir: string) {}

  /** Reads the words of a command, in a folder of the code folder. */
  read(words: readonly string[], folder: string): void {
    const [program = '', argument = ''] = words;
    if (PRINTS.test(program)) return;
    if (program === '.' || program === 'source') return this.script(argument, folder, true);
    const at = words.findIndex((word) => NODE.test(word));
    if (at >= 0) return this.#node(words.slice(at + 1), folder);
    const manager = words.findIndex((word) => MANAGER.test(word));
    if (manager >= 0) return this.#packageManager(words.slice(manager + 1), folder);
    const shell = words.findIndex((word) => SHELL.test(word));
    if (shell < 0) return this.script(program, folder, false);
    const [first = '', second = ''] = words.slice(shell + 1).filter((word) => !/^-(?!\w*c$)/.test(word));
    if (first.startsWith('-')) this.#shell(second, folder);
    else this.script(first, folder, true);
  }

  /** Reads a shell script, or a file that may be one. */
  script(path: string, folder: string, isScript: boolean): void {
    const place = placeOf(path, folder);
    const file = join(this.codeDir, place);
    if (this.scripts.has(place) || path === '') return;
    if (!existsSync(file) || !statSync(file).isFile()) {
      if (isScript || place.endsWith('.sh')) this.problems.push(`${place} does not exist in the code folder`);
      return;
    }
    const text = readFileSync(file, 'utf8');
    if (text.includes('\0') || !(isScript || place.endsWith('.sh') || SHELL_SCRIPT.test(text))) {
      // Other programs may have Node.js in their first line.
      this.texts.push(text.startsWith('#!') ? text.split('\n', 1)[0]! : '');
      return;
    }
    this.scripts.add(place);
    this.#shell(text, folder);
  }

  #shell(text: string, folder: string): void {
    this.texts.push(text);
    let current = folder;
    for (const words of shellCommands(text)) {
      if (words[0] === 'cd') current = folderAfter(words[1] ?? '', current);
      else this.read(words, current);
    }
  }

  #packageManager(args: readonly string[], folder: string): void {
    const [first, second] = args.filter((word) => !/^(?:-s|--silent)$/.test(word));
    const name = first === 'run' || first === 'run-script' ? second : first;
    if (name !== undefined && !name.startsWith('-')) this.#packageScript(name, folder);
  }

  #packageScript(name: string, folder: string): void {
    const place = placeOf('package.json', folder);
    const path = join(this.codeDir, place);
    if (!existsSync(path)) {
      this.problems.push(`${place} does not exist in the code folder`);
      return;
    }
    const { scripts = {} } = JSON.parse(readFileSync(path, 'utf8')) as { scripts?: Record<string, string> };
    const text = scripts[name];
    const known = this.packageScripts.get(place) ?? {};
    if (text === undefined || name in known) return;
    // A script that runs before it may change what is started.
    if (scripts[`pre${name}`] !== undefined) this.problems.push(`${place} has the script pre${name}`);
    else {
      this.packageScripts.set(place, { ...known, [name]: text });
      this.#shell(text, folder);
    }
  }

  #node(args: readonly string[], folder: string): void {
    const preloads: string[] = [];
    let at = 0;
    for (; args[at]?.startsWith('-') === true; at += 1) {
      const [option = '', value] = args[at]!.split(/=(.*)/s);
      if (option === '--run') return this.#packageScript(value ?? args[at + 1] ?? '', folder);
      if (value === undefined && (PRELOADS.has(option) || WITH_VALUE.has(option))) at += 1;
      if (PRELOADS.has(option)) preloads.push(value ?? args[at] ?? '');
    }
    const file = args[at];
    if (file === undefined || file.includes('$')) return;
    const place = placeOf(file, folder);
    // Node.js adds the ending, and finds it in the bundle as well.
    if (MODULE.test(file)) this.started.push({ file: place, preloads });
    else if (/^[\w./-]*\w$/.test(file) && !/\.\w+$/.test(file)) this.started.push({ file: `${place}.js`, preloads });
  }
}

/** A path of a command in the code folder, which is `/code` where FC runs it. */
function placeOf(path: string, folder: string): string {
  const inCode = path.replaceAll('\\', '/').replace(/^\/code(?:\/|$)/, './');
  return path.startsWith('/code') ? posix.normalize(inCode) : posix.normalize(posix.join(folder, inCode));
}

/** The folder after `cd`. Scripts often change to their own. */
function folderAfter(path: string, folder: string): string {
  return /dirname|BASH_SOURCE|^$/.test(path) ? folder : placeOf(path, folder);
}

function readStart({ command, codeDir }: FunctionSpec): StartReader {
  const reader = new StartReader(codeDir);
  if (command === undefined) reader.script('bootstrap', '.', true);
  else {
    reader.texts.push(command.join(' '));
    reader.read(command, '.');
  }
  return reader;
}

/** Whether a start command, or a script that it runs, names Node.js or what runs it. Also if nothing is known of it. */
export function mayRunNode(spec: FunctionSpec): boolean {
  const { texts } = readStart(spec);
  return texts.length === 0 || texts.some((text) => PROGRAM.test(text));
}

const REMEDY =
  'Name it in customRuntimeConfig of s.yaml, as node and a file: customRuntimeConfig: { command: [node, server.js] }';

/** How the custom runtime of a function is started. Throws a {@link BundleError} if that is not certain. */
export function startOf(spec: FunctionSpec): ServerStart {
  const { name, command } = spec;
  const { started, scripts, packageScripts, problems } = readStart(spec);
  const files = [...new Set(started.map(({ file }) => file))];
  const shown = command === undefined ? 'bootstrap' : command.join(' ');
  if (files.length !== 1) {
    const problem =
      files.length > 0
        ? `runs several modules: ${files.join(', ')}`
        : `does not name the module that it runs${problems.length > 0 ? ` (${problems.join(', ')})` : ''}`;
    throw new BundleError(
      'UNKNOWN_START_FILE',
      `${name}: the start command ${JSON.stringify(shown)} ${problem}. ${REMEDY}`,
    );
  }
  const file = files[0]!;
  const preloads = started.flatMap((one) => one.preloads);
  if (preloads.length === 0) return { file, scripts: [...scripts], packageScripts };
  throw new BundleError(
    'BUNDLE_FAILED',
    `${name}: the start command loads ${preloads.join(', ')} before ${file}, which is one file in a bundle. Import it ` +
      `in the first line of ${file}, and leave the option out of the command`,
  );
}
