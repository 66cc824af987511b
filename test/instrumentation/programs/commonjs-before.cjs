const http = require('node:http');
const https = require('node:https');
const undici = require('undici');
const pg = require('pg');
const mysql2 = require('mysql2');
const mysql2Promise = require('mysql2/promise');
const redis = require('redis');
const IORedis = require('ioredis');
const kafkajs = require('kafkajs');
const { print } = require('./every-library.cjs');

// Compilers convert `import { request } from 'node:http'` to a property access at each call.
const libraries = {
  http,
  https,
  undici,
  pg,
  mysql2,
  mysql2Promise,
  redis,
  IORedis,
  kafkajs,
  get request() {
    return http.request;
  },
};
void print(() => libraries);
