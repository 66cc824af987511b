import { print } from './every-library.cjs';

await print(async () => {
  const [http, https, undici, pg, mysql2, mysql2Promise, redis, ioredis, kafkajs] = await Promise.all([
    import('node:http'),
    import('node:https'),
    import('undici'),
    import('pg'),
    import('mysql2'),
    import('mysql2/promise'),
    import('redis'),
    import('ioredis'),
    import('kafkajs'),
  ]);
  return {
    http: http.default,
    https,
    request: http.request,
    undici,
    pg: pg.default,
    mysql2,
    mysql2Promise,
    redis,
    IORedis: ioredis.default,
    kafkajs,
  };
});
