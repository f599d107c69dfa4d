import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheck, HealthCheckResult, HealthCheckService, TypeOrmHealthIndicator } from '@nestjs/terminus';
import { Public } from '../auth/public.decorator';
import { DrainService } from '../lifecycle/drain.service';
import { KafkaHealthIndicator } from './kafka.health';
import { RedisHealthIndicator } from './redis.health';
import { UpstreamHealthIndicator } from './upstream.health';

const TIMEOUT_MS = 800;

@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly database: TypeOrmHealthIndicator,
    private readonly redis: RedisHealthIndicator,
    private readonly kafka: KafkaHealthIndicator,
    private readonly upstream: UpstreamHealthIndicator,
    private readonly drain: DrainService,
  ) {}

  @Get()
  @HealthCheck()
  overall(): Promise<HealthCheckResult> {
    return this.checkDependencies();
  }

  @Get('ready')
  @HealthCheck()
  async ready(): Promise<HealthCheckResult> {
    if (this.drain.isDraining) {
      throw new ServiceUnavailableException({ status: 'shutting_down', info: {}, error: {}, details: {} });
    }
    return this.checkDependencies();
  }

  @Get('live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  private checkDependencies(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.database.pingCheck('database', { timeout: TIMEOUT_MS }),
      () => this.redis.isHealthy('redis', TIMEOUT_MS),
      () => this.kafka.isHealthy('kafka', TIMEOUT_MS),
      ...this.upstream.checks('upstream', TIMEOUT_MS),
    ]);
  }
}
