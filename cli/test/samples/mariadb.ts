import { findProgram } from '../../src/samples/missing-service';

/** Where the tests may not be skipped (`.ci/run`), a missing MariaDB is an error. */
const required = process.env['FC_TRACED_REQUIRE_MARIADB'] === '1';

/** Whether the tests that need a MariaDB are left out. */
export const withoutMariaDb = findProgram('mariadbd') === undefined && !required;

export const howToGetMariaDb = 'no MariaDB found: install mariadb-server';
