import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, MissingPart } from './missing-service';
import { freePort, Program } from './child-program';
import type { Stage } from './deployment';

const HOW_TO_GET_IT = `MariaDB was not found here. It is part of this story: a real server, started on a free port and put away in the end.
  Debian, Ubuntu   sudo apt-get install mariadb-server
  macOS            brew install mariadb
One that is somewhere else is used when MARIADBD is the path of its program.`;

// Its temporary tables are left behind where it is ended in the middle.
const within = (folder: string): NodeJS.ProcessEnv => ({ ...process.env, TMPDIR: folder });

// With `--user=root` it runs as root, which it refuses unasked; nobody else may be here in a container.
const ownUser = (): string[] => (process.getuid?.() === 0 ? ['--user=root'] : []);

function programs(): { readonly server: string; readonly install: string } {
  const given = process.env['MARIADBD'];
  const server = given === undefined || given === '' ? findProgram('mariadbd') : existsSync(given) ? given : undefined;
  const install = findProgram('mariadb-install-db');
  if (server === undefined && given) {
    throw new MissingPart(`There is no program ${given}, which MARIADBD names.\n${HOW_TO_GET_IT}`);
  }
  if (server === undefined || install === undefined) throw new MissingPart(HOW_TO_GET_IT);
  return { server, install };
}

// An init file takes one statement a line.
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

async function start(stage: Stage, server: string, folder: string): Promise<{ port: number; version: string }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const program = Program.start(
      stage.ending,
      server,
      [
        '--no-defaults',
        ...ownUser(),
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
      within(folder),
    );
    try {
      const [, version = ''] = await program.until(/ready for connections\.\s+Version: '([\d.]+)/);
      return { port, version };
    } catch (error) {
      // Someone else was faster to take the port.
      if (attempt < 3 && !stage.ending.begun && /address already in use/i.test(program.output)) continue;
      throw error;
    }
  }
}

/** Starts a MariaDB in a temporary folder, with the tables of a file of SQL; resolves to the URL for its user `shop`. */
export async function startMariaDb(stage: Stage, schema: string): Promise<string> {
  const { server, install } = programs();
  const folder = stage.folder();
  const password = randomBytes(12).toString('hex');
  writeFileSync(join(folder, 'init.sql'), initFile(readFileSync(schema, 'utf8'), password), { mode: 0o600 });
  const installing = Program.start(
    stage.ending,
    install,
    [
      '--no-defaults',
      ...ownUser(),
      `--datadir=${join(folder, 'data')}`,
      `--tmpdir=${folder}`,
      '--auth-root-authentication-method=socket',
      '--skip-test-db',
      '--skip-name-resolve',
    ],
    within(folder),
  );
  if ((await installing.exited()) !== 0) throw new Error(`MariaDB could not make its tables:\n${installing.output}`);
  const { port, version } = await start(stage, server, folder);
  stage.say(`MariaDB ${version} on 127.0.0.1:${port}, its data in a temporary folder`);
  return `mysql://shop:${password}@127.0.0.1:${port}/shop`;
}
