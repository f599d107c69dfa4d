import { Inject, Injectable } from '@nestjs/common';
import { HealthCheckError, HealthIndicator, HealthIndicatorResult } from '@nestjs/terminus';
import Redis from 'ioredis';
import { REDIS_CLIENT } from '../redis/redis.constants';
import { withDeadline } from './deadline';

@Injectable()
export class RedisHealthIndicator extends HealthIndicator {
  constructor(@Inject(REDIS_CLIENT) private readonly client: Redis) {
    super();
  }

  async isHealthy(key: string, timeout: number): Promise<HealthIndicatorResult> {
    try {
      await withDeadline(this.client.ping(), timeout);
      return this.getStatus(key, true);
    } catch (error) {
      throw new HealthCheckError('Redis is down', this.getStatus(key, false, { message: (error as Error).message }));
    }
  }
}
