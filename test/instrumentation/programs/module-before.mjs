import http, { request } from 'node:http';
import * as https from 'node:https';
import IORedis from 'ioredis';
import kafkajs from 'kafkajs';
import mysql2 from 'mysql2';
import mysql2Promise from 'mysql2/promise';
import pg from 'pg';
import * as redis from 'redis';
import undici from 'undici';
import { print } from './every-library.cjs';

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
    return request;
  },
};
await print(() => libraries);
