import { findProgram } from '../../src/samples/child-program';

/** `.ci/run` sets this where the tests must not be skipped. */
const required = process.env['FC_TRACED_REQUIRE_MARIADB'] === '1';

/** Whether the tests that need MariaDB are skipped. */
export const withoutMariaDb = findProgram('mariadbd') === undefined && !required;

export const mariaDbInstructions = 'MariaDB is not installed: install mariadb-server';
