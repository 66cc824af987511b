import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../loopback';
import { ChildProgram, findProgram, MissingService } from './child-program';
import type { Deployment } from './deployment';

const INSTRUCTIONS = `This sample needs MariaDB, which is not installed. The sample starts its own server and ends it afterwards.
  Debian, Ubuntu   sudo apt-get install mariadb-server
  macOS            brew install mariadb
If it is installed elsewhere, set MARIADBD to the path of mariadbd.`;

// A killed server leaves its temporary tables behind, so they must be in the folder that is removed.
const environmentWith = (folder: string): NodeJS.ProcessEnv => ({ ...process.env, TMPDIR: folder });

// As root, which may be the only user of a container, MariaDB starts only with this option.
const userOption = (): string[] => (process.getuid?.() === 0 ? ['--user=root'] : []);

function findPrograms(): { readonly server: string; readonly install: string } {
  const given = process.env['MARIADBD'];
  const server = given === undefined || given === '' ? findProgram('mariadbd') : existsSync(given) ? given : undefined;
  const install = findProgram('mariadb-install-db');
  if (server === undefined && given) {
    throw new MissingService(`MARIADBD is set to ${given}, which does not exist.\n${INSTRUCTIONS}`);
  }
  if (server === undefined || install === undefined) throw new MissingService(INSTRUCTIONS);
  return { server, install };
}

// An init file has one statement per line.
function initFile(schema: string, password: string): string {
  const statements = schema.split(/;\s*(?:\n|$)/).map((statement) => statement.trim().replaceAll(/\s*\n\s*/g, ' '));
  return [
    'CREATE DATABASE shop',
    `CREATE USER 'shop'@'127.0.0.1' IDENTIFIED BY '${password}'`,
    "GRANT ALL ON shop.* TO 'shop'@'127.0.0.1'",
    'USE shop',
    ...statements.filter((statement) => statement !== ''),
  ]
    .map((statement) => `${statement};\n`)
    .join('');
}

async function start(
  deployment: Deployment,
  server: string,
  folder: string,
): Promise<{ port: number; version: string }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const program = ChildProgram.start(
      deployment.cleanup,
      server,
      [
        '--no-defaults',
        ...userOption(),
        `--datadir=${join(folder, 'data')}`,
        `--tmpdir=${folder}`,
        `--init-file=${join(folder, 'init.sql')}`,
        '--socket=socket',
        '--pid-file=pid',
        '--bind-address=127.0.0.1',
        `--port=${port}`,
        '--skip-name-resolve',
        '--innodb-buffer-pool-size=16M',
        '--innodb-flush-log-at-trx-commit=0',
      ],
      environmentWith(folder),
    );
    try {
      const [, version = ''] = await program.waitForOutput(/ready for connections\.\s+Version: '([\d.]+)/);
      return { port, version };
    } catch (error) {
      // Another program took the port first.
      if (attempt < 3 && !deployment.cleanup.started && /address already in use/i.test(program.output)) continue;
      throw error;
    }
  }
}

/** Starts a MariaDB in a temporary folder with the tables of an SQL file. Resolves to the URL for its user `shop`. */
export async function startMariaDb(deployment: Deployment, schemaFile: string): Promise<string> {
  const { server, install } = findPrograms();
  const folder = deployment.temporaryFolder();
  const password = randomBytes(12).toString('hex');
  writeFileSync(join(folder, 'init.sql'), initFile(readFileSync(schemaFile, 'utf8'), password), { mode: 0o600 });
  const installing = ChildProgram.start(
    deployment.cleanup,
    install,
    [
      '--no-defaults',
      ...userOption(),
      `--datadir=${join(folder, 'data')}`,
      `--tmpdir=${folder}`,
      '--auth-root-authentication-method=socket',
      '--skip-test-db',
      '--skip-name-resolve',
    ],
    environmentWith(folder),
  );
  if ((await installing.exited()) !== 0) {
    throw new Error(`MariaDB could not create its system tables:\n${installing.output}`);
  }
  const { port, version } = await start(deployment, server, folder);
  deployment.log(`MariaDB ${version} on 127.0.0.1:${port}, its data in a temporary folder`);
  return `mysql://shop:${password}@127.0.0.1:${port}/shop`;
}
