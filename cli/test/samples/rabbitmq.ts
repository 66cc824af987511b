import { findRabbitMq } from '../../src/samples/rabbitmq';

/** `.ci/run` sets this where the tests must not be skipped. */
const required = process.env['FC_TRACED_REQUIRE_RABBITMQ'] === '1';

/** Whether the tests that need RabbitMQ are skipped. */
export const withoutRabbitMq = findRabbitMq() === undefined && !required;

export const rabbitMqInstructions = 'RabbitMQ is not installed: install rabbitmq-server';
