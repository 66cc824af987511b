const { print } = require('./every-library.cjs');

void print(() => ({
  http: require('node:http'),
  https: require('node:https'),
  request: require('http').request,
  undici: require('undici'),
  pg: require('pg'),
  mysql2: require('mysql2'),
  mysql2Promise: require('mysql2/promise'),
  redis: require('redis'),
  IORedis: require('ioredis'),
  kafkajs: require('kafkajs'),
}));
