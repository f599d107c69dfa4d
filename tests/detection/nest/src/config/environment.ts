import * as Joi from 'joi';

export const environmentSchema = Joi.object({
  NODE_ENV: Joi.string().valid('development', 'test', 'production').default('production'),
  PORT: Joi.number().port().default(3002),

  DB_HOST: Joi.string().hostname().required(),
  DB_PORT: Joi.number().port().default(5432),
  DB_USERNAME: Joi.string().required(),
  DB_PASSWORD: Joi.string().required(),
  DB_NAME: Joi.string().required(),
  DB_CONNECT_RETRIES: Joi.number().integer().min(0).default(9),
  DB_CONNECT_RETRY_DELAY_MS: Joi.number().integer().min(0).default(3000),

  REDIS_HOST: Joi.string().hostname().required(),
  REDIS_PORT: Joi.number().port().default(6379),
  REDIS_PASSWORD: Joi.string().required(),
  CACHE_TTL_S: Joi.number().integer().min(1).default(60),

  KAFKA_BROKERS: Joi.string().required(),
  KAFKA_CLIENT_ID: Joi.string().default('master-data'),
  KAFKA_GROUP_ID: Joi.string().default('master-data'),
  KAFKA_CONNECT_RETRIES: Joi.number().integer().min(0).default(5),

  UPSTREAM_HEALTH_URL: Joi.string().uri(),

  GRAPHQL_INTROSPECTION: Joi.boolean().default(false),

  JWT_SECRET: Joi.string().min(32).required(),
  JWT_EXPIRES_IN_S: Joi.number().integer().min(1).default(900),
  API_CLIENT_ID: Joi.string().required(),
  API_CLIENT_SECRET: Joi.string().min(16).required(),
});
