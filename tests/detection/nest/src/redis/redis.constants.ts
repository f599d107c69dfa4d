export const REDIS_CLIENT = 'REDIS_CLIENT';
