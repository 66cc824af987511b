import { callEach } from './single-function';
import { startMariaDb } from './mariadb';
import { startPostgres } from './postgres';
import type { Story } from './sample';

/** Queries of two databases, in a transaction, behind a pool, and one that fails. */
export const rds: Story = {
  name: 'rds',
  question:
    'Where does the time in ApsaraDB RDS go: which method made which query, what waited for a connection, what was rolled back?',
  attributes: ['faas.coldstart', 'order.price', 'db.query.text'],
  async *play(stage) {
    const [mysql, postgres] = await Promise.all([
      startMariaDb(stage, stage.file('mysql.sql')),
      startPostgres(stage, stage.file('postgres.sql')),
    ]);
    yield* callEach(stage, stage.deploy({ env: { MYSQL_URL: mysql, POSTGRES_URL: postgres } }), [
      { name: 'cold', title: 'cold call' },
      { name: 'warm', title: 'warm call', event: { id: 'A-1002' } },
      {
        name: 'failing',
        title: 'failing call: there are not that many in stock',
        event: { id: 'A-1003', quantity: 500 },
      },
    ]);
  },
};
