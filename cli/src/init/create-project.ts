import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { TriggerName } from '../functions/trigger-names';
import { UsageError } from '../usage-error';
import { handlerTemplate, testTemplate } from './handler-template';
import { yamlTemplate } from './yaml-template';

type Versions = Readonly<Record<string, string>>;

interface PackageJson {
  readonly name?: string;
  readonly scripts?: Versions;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
}

const DEPENDENCIES: Versions = { 'fc-traced': '^0.1.0' };
const DEV_DEPENDENCIES: Versions = {
  '@swc-node/register': '^1.12.1',
  '@swc/core': '^1.16.0',
  '@types/node': '^20.0.0',
  'fc-traced-cli': '^0.1.0',
  typescript: '~5.9.0',
};

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2022",
    "module": "node16",
    "moduleResolution": "node16",
    "rootDir": "src",
    "outDir": "dist",
    "strict": true,
    "esModuleInterop": true,
    "skipLibCheck": true,
    "experimentalDecorators": true,
    "emitDecoratorMetadata": true,
    "types": ["node"]
  },
  "include": ["src"]
}
`;

function readPackage(file: string): PackageJson {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PackageJson;
  } catch (error) {
    throw new UsageError(`${file}: not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** FC accepts letters, digits, `-` and `_`, and a letter or `_` in front. */
function functionName(folder: string): string {
  const name = basename(folder)
    .replaceAll(/[^\w-]+/g, '-')
    .replace(/^[^A-Za-z_]+/, '')
    .replace(/-+$/, '');
  return name === '' ? 'my-function' : name.slice(0, 64);
}

function packageText(before: PackageJson, name: string): string {
  const own = { ...before.dependencies, ...before.devDependencies };
  const missing = (versions: Versions): Versions =>
    Object.fromEntries(Object.entries(versions).filter(([dependency]) => own[dependency] === undefined));
  const sorted = (versions: Versions): Versions =>
    Object.fromEntries(Object.entries(versions).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = {
    ...before,
    name: before.name ?? name.toLowerCase(),
    private: true,
    scripts: {
      build: 'tsc',
      test: 'node --require @swc-node/register test/handler.test.ts',
      start: 'fc-traced run',
      dev: 'fc-traced dev',
      bundle: 'fc-traced build',
      ...Object.fromEntries(
        Object.entries(before.scripts ?? {}).filter(([, script]) => !script.includes('no test specified')),
      ),
    },
    dependencies: sorted({ ...before.dependencies, ...missing(DEPENDENCIES) }),
    devDependencies: sorted({ ...before.devDependencies, ...missing(DEV_DEPENDENCIES) }),
  };
  return `${JSON.stringify(text, null, 2)}\n`;
}

/**
 * Creates a function with a trigger in a folder: handler, test, `tsconfig.json`, `s.yaml`. Adds what is missing to
 * `package.json`. Returns the created files. Throws a `UsageError` if one of them exists, before anything is written.
 */
export function createProject(folder: string, trigger: TriggerName): string[] {
  const root = resolve(folder);
  const name = functionName(root);
  const files: Readonly<Record<string, string>> = {
    'src/handler.ts': handlerTemplate(trigger),
    'test/handler.test.ts': testTemplate(trigger, name),
    'tsconfig.json': TSCONFIG,
    's.yaml': yamlTemplate(trigger, name),
  };
  const existing = Object.keys(files).filter((file) => existsSync(join(root, file)));
  if (existing.length > 0) {
    throw new UsageError(
      `${existing.join(', ')} already exist${existing.length === 1 ? 's' : ''}: use an empty folder`,
    );
  }
  const packageFile = join(root, 'package.json');
  const manifest = packageText(readPackage(packageFile), name);
  const ignored = existsSync(join(root, '.gitignore'))
    ? {}
    : { '.gitignore': 'node_modules/\ndist/\nbuilt/\ns.built.yaml\n' };
  const all = Object.entries({ ...files, ...ignored, 'package.json': manifest });
  for (const [file, text] of all) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return all.map(([file]) => file);
}
