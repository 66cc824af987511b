import { startMariaDb } from './mariadb';
import { startPostgres } from './postgres';
import { callEach } from './sample';
import type { Sample } from './sample';

/** Queries to two databases: in a transaction, through a pool, and one that fails. */
export const rds: Sample = {
  name: 'rds',
  question:
    'Where does the time in ApsaraDB RDS go: which method made which query, what waited for a connection, what was rolled back?',
  attributes: ['faas.coldstart', 'order.price', 'db.query.text'],
  async *run(deployment) {
    const [mysql, postgres] = await Promise.all([
      startMariaDb(deployment, deployment.file('mysql.sql')),
      startPostgres(deployment, deployment.file('postgres.sql')),
    ]);
    yield* callEach(deployment, deployment.addFunction({ env: { MYSQL_URL: mysql, POSTGRES_URL: postgres } }), [
      { name: 'cold', title: 'cold call' },
      { name: 'warm', title: 'warm call', event: { id: 'A-1002' } },
      {
        name: 'failing',
        title: 'failing call: not enough in stock',
        event: { id: 'A-1003', quantity: 500 },
      },
    ]);
  },
};
