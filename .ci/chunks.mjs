// Bundles `src` into a few files, the chunks, together with the packages that are compiled in. Each module of `src` is
// in one chunk, and the other chunks get it from there. So every class exists once, whatever entry points a program
// loads. A chunk is loaded when one of its modules is first needed.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { contextManager, hexBytes, jaegerConversion } from './compiled-in.mjs';

/** The entry points of the package. Each is a file of its own, and so is the chunk of what `fc-traced` itself loads. */
export const ENTRY_POINTS = ['index', 'testing', 'server', 'mcp'];
const CORE = 'core';

/** Packages that the program and fc-traced share, or that the program installs if it needs them. */
const EXTERNAL = [
  '@opentelemetry/api',
  '@opentelemetry/api-logs',
  '@opentelemetry/instrumentation',
  '@opentelemetry/instrumentation-*',
  'reflect-metadata',
  'tsyringe',
];

/** The chunk of a module that `fc-traced` does not load itself: that of the first row whose expression matches. */
const CHUNKS = [
  [/^export\/exporters\/otlp/, 'otlp'],
  [/^export\/(?:exporters\/jaeger|thrift\/)/, 'jaeger'],
  [/^export\//, 'sdk'],
  // With the decoder of CBOR.
  [/^fc\/triggers\/tablestore$/, 'tablestore'],
  // What an invocation by an HTTP request needs.
  [/^(?:http\/|(?:handler\/http-invocation|fc\/http-event|fc\/triggers\/http)$)/, 'http'],
  [/^fc\/triggers\//, 'triggers'],
  // What a batch needs that is not recorded.
  [/^batch\/(?:process-records|batch)$/, 'records'],
  [/^batch\//, 'batches'],
  // What a caller with a `tracestate` needs.
  [/^propagation\/trace-state$/, 'trace-state'],
  [/^instrumentation\//, 'instrumentations'],
  [/^(?:server\/|fc\/(?:context-from-headers|control-path)$)/, 'server-modules'],
  // FC passes a callback to functions in CommonJS.
  [/^handler\/answerable$/, 'answerable'],
  [/^mcp\//, 'mcp-modules'],
  [/^testing\//, 'testing-modules'],
  // Loaded while the core is loading, so it may use only modules that have been evaluated by then.
  [/^cold-start\/slowest-requires$/, 'slowest-requires'],
  // The same, and each cold start of a custom runtime needs it.
  [/^cold-start\/module-name$/, 'module-name'],
  // What each recorded invocation needs, with the program's tracer provider as well.
  [/^invocation\/(?:credentials|cut-off|invocation-recording|open-span-snapshots|process-end)$/, 'recorded'],
  [/^(?:cold-start\/start-spans|tracing\/context\/deadline)$/, 'recorded'],
  [/^tracing\/redaction\/(?:redact-(?:url|value)|secret-encodings)$/, 'recorded'],
  // Modules that few invocations need.
  [/^/, 'seldom'],
];

/** Names that tests take from the chunks. */
const USED_BY_TESTS = { 'logs/log-lines': ['correlateLogs'], 'testing/sdk-span-record': ['sdkSpanRecord'] };

const fileOf = (chunk) => (ENTRY_POINTS.includes(chunk) ? `${chunk}.js` : `chunk-${chunk}.js`);

/** Builds all chunks of `src` into `dist`. Returns the files of packages that are part of them. */
export async function buildChunks(src, dist) {
  const modules = await readModules(src);
  const core = evaluated(modules, 'index');
  const chunkOf = (id) => {
    if (ENTRY_POINTS.includes(id)) return id;
    if (core.has(id)) return CORE;
    return CHUNKS.find(([expression]) => expression.test(id))[1];
  };
  keepUsedNames(modules, chunkOf);
  const chunks = new Map();
  for (const entry of ENTRY_POINTS) {
    for (const id of allOf(modules, entry)) {
      const chunk = chunkOf(id);
      if (chunks.get(chunk)?.push(id) === undefined) chunks.set(chunk, [id]);
    }
  }
  const inputs = new Set();
  for (const [chunk, ids] of chunks) {
    const own = [...new Set(ids)];
    const { metafile } = await build({
      ...COMMON,
      stdin: { contents: entryOf(chunk, own, modules, chunkOf), resolveDir: src, sourcefile: `${chunk} (generated)` },
      absWorkingDir: src,
      outfile: path.join(dist, fileOf(chunk)),
      external: EXTERNAL,
      legalComments: 'none',
      // A bundler may put the code of a program into strict mode. So all of it runs in strict mode here as well.
      banner: { js: "'use strict';" },
      // webpack would treat a chunk in which a package tests for AMD as an AMD module, and lose its exports.
      define: { define: 'undefined' },
      sourcemap: 'linked',
      plugins: [jaegerConversion(src), hexBytes(src), contextManager, chunkPlugin(src, chunk, chunkOf, modules)],
    });
    requireOnce(path.join(dist, fileOf(chunk)));
    removeForeignSources(path.join(dist, `${fileOf(chunk)}.map`));
    for (const input of Object.keys(metafile.inputs)) inputs.add(path.resolve(src, input));
  }
  return [...inputs].filter((input) => input.includes(`${path.sep}node_modules${path.sep}`));
}

const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node20.6',
  format: 'cjs',
  mainFields: ['module', 'main'],
  metafile: true,
  logLevel: 'warning',
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, experimentalDecorators: true } },
};

/**
 * What a chunk evaluates and exports: an entry point its names, and another chunk a function for each module that returns
 * what the module exports. Namespaces would take longer to load, because each has a getter for each name. A module that
 * only modules of the same chunk require is evaluated when they do.
 */
function entryOf(chunk, ids, modules, chunkOf) {
  if (ENTRY_POINTS.includes(chunk)) return `export * from './${chunk}';`;
  const isLazyHere = (id) => {
    const importers = [...modules].flatMap(([importer, { imports }]) =>
      imports.filter((imported) => imported.id === id).map(({ kind }) => ({ importer, kind })),
    );
    return importers.every(({ importer, kind }) => kind === 'require-call' && chunkOf(importer) === chunk);
  };
  const namesOf = (id) => modules.get(id).names.map((name) => [name, `${variableOf(id)}__${name}`]);
  const returned = ids.filter((id) => !isLazyHere(id));
  const first = chunk === CORE ? modules.get('index').imports : [];
  return [
    ...first
      .filter(({ isBare }) => isBare)
      .map(({ id }) => `import ${JSON.stringify(modules.has(id) ? `./${id}` : id)};`),
    ...returned.map(
      (id) =>
        `import { ${namesOf(id)
          .map((name) => name.join(' as '))
          .join(', ')} } from './${id}';`,
    ),
    ...returned.map((id) => {
      const members = namesOf(id).map((name) => name.join(': '));
      // A declaration is also there for a chunk that is loaded while this one is.
      return `export function ${variableOf(id)}() { return { ${members.join(', ')} }; }`;
    }),
  ].join('\n');
}

/** Limits the names of each module to those that other chunks use. */
function keepUsedNames(modules, chunkOf) {
  const used = new Map([...modules.keys()].map((id) => [id, new Set(USED_BY_TESTS[id])]));
  for (const [importer, { imports, named }] of modules) {
    const foreign = imports.filter(({ id }) => modules.has(id) && chunkOf(id) !== chunkOf(importer));
    for (const { id, kind } of foreign) {
      const names = kind === 'import-statement' ? named.get(id) : undefined;
      for (const name of names ?? modules.get(id).names) used.get(id).add(name);
    }
  }
  for (const [id, module] of modules) module.names = module.names.filter((name) => used.get(id).has(name));
}

/** The names that a module imports or re-exports from each other one; of a namespace, none are known. */
function namedImports(id, source) {
  const named = new Map();
  for (const [, names, from] of source.matchAll(/^(?:import|export) \{([^}]*)\} from '(\.[^']+)';$/gm)) {
    const target = path.posix.join(path.posix.dirname(id), from);
    const values = names.split(',').map((name) => name.trim().split(' as ')[0]);
    named.set(target, [
      ...(named.get(target) ?? []),
      ...values.filter((name) => name !== '' && !name.startsWith('type ')),
    ]);
  }
  return named;
}

const variableOf = (id) => id.replaceAll(/\W/g, '_');

/** The modules of `src`: their imports in the order in which they are evaluated, and the names that they export. */
async function readModules(src) {
  const { metafile } = await build({
    ...COMMON,
    entryPoints: ENTRY_POINTS.map((entry) => path.join(src, `${entry}.ts`)),
    absWorkingDir: src,
    outdir: src,
    write: false,
    packages: 'external',
    plugins: [{ name: 'src', setup: (bundle) => bundle.onResolve({ filter: /^\./ }, resolveModule) }],
  });
  const files = Object.keys(metafile.inputs);
  const { metafile: each } = await build({
    ...COMMON,
    entryPoints: files,
    absWorkingDir: src,
    outdir: src,
    outbase: src,
    write: false,
    bundle: false,
    format: 'esm',
    logLevel: 'error',
  });
  return new Map(
    files.map((file) => {
      const id = file.replace(/\.ts$/, '');
      const source = readFileSync(path.join(src, file), 'utf8');
      const imports = metafile.inputs[file].imports.map(({ kind, path: target, external }) => {
        const name = external ? target : target.replace(/\.ts$/, '');
        return { id: name, kind, isBare: new RegExp(`^import '(?:\\./)?${name}';$`, 'm').test(source) };
      });
      return [id, { imports, names: each.outputs[`${id}.js`].exports, named: namedImports(id, source) }];
    }),
  );
}

/** Resolves a relative import of a module of `src`. `sideEffects` in package.json is about the files of `dist`. */
function resolveModule({ path: request, resolveDir, importer, kind }) {
  if (kind === 'entry-point' || importer.includes('node_modules')) return undefined;
  return { path: `${path.resolve(resolveDir, request)}.ts`, sideEffects: true };
}

/** The modules that importing a module evaluates, in their order. */
function evaluated(modules, id, seen = new Set()) {
  if (seen.has(id) || !modules.has(id)) return seen;
  for (const { kind, id: imported } of modules.get(id).imports) {
    if (kind === 'import-statement') evaluated(modules, imported, seen);
  }
  return seen.add(id);
}

/** The modules that a module may load at any time. */
function allOf(modules, id, seen = new Set()) {
  if (seen.has(id) || !modules.has(id)) return seen;
  seen.add(id);
  for (const { id: imported } of modules.get(id).imports) allOf(modules, imported, seen);
  return seen;
}

/** Replaces modules of other chunks by references to them. */
function chunkPlugin(src, current, chunkOf, modules) {
  return {
    name: 'chunks',
    setup(bundle) {
      bundle.onResolve({ filter: /^\./ }, (args) => {
        if (args.namespace.startsWith('chunk')) return { path: args.path, external: true };
        if (args.importer.includes('node_modules')) return undefined;
        const id = path.relative(src, path.resolve(args.resolveDir, args.path)).split(path.sep).join('/');
        if (chunkOf(id) === current) return resolveModule(args);
        // The same module may be imported by one file and required when it is needed by another.
        const namespace = args.kind === 'require-call' ? 'chunk, required' : 'chunk, imported';
        return { path: id, namespace, sideEffects: true };
      });
      const referTo = (id) => `require('./${fileOf(chunkOf(id))}').${variableOf(id)}()`;
      bundle.onLoad({ filter: /^/, namespace: 'chunk, required' }, ({ path: id }) => ({
        contents: `module.exports = ${referTo(id)};`,
        resolveDir: src,
      }));
      bundle.onLoad({ filter: /^/, namespace: 'chunk, imported' }, ({ path: id }) => ({
        contents: `export const { ${modules.get(id).names.join(', ')} } = ${referTo(id)};`,
        resolveDir: src,
      }));
    },
  };
}

/** Requires each package once in a chunk. esbuild does so in each module, and a bundle would copy its exports each time. */
function requireOnce(file) {
  const variables = new Map();
  const code = readFileSync(file, 'utf8').replaceAll(
    /^var (import_\w+) = require\("([^"]+)"\);$/gm,
    (line, variable, name) => {
      const first = variables.get(name);
      if (first === undefined) variables.set(name, variable);
      return first === undefined ? line : `var ${variable} = ${first};`;
    },
  );
  writeFileSync(file, code);
}

/**
 * Removes the sources of other packages from a source map. Their names remain, so that stack traces are complete. Lines
 * of our own sources that are only a comment become empty, which makes the package a tenth smaller.
 */
function removeForeignSources(file) {
  const map = JSON.parse(readFileSync(file, 'utf8'));
  map.sourcesContent = map.sourcesContent.map((content, index) =>
    map.sources[index].includes('node_modules/')
      ? null
      : (content?.replaceAll(/^ *(\/\/|\/\*|\*[ /]|\*$).*/gm, '') ?? null),
  );
  map.sources = map.sources.map((source) => source.replace(/^.*node_modules\//, 'node_modules/'));
  writeFileSync(file, JSON.stringify(map));
}
