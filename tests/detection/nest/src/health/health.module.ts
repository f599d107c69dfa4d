import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { KafkaModule } from '../kafka/kafka.module';
import { LifecycleModule } from '../lifecycle/lifecycle.module';
import { RedisModule } from '../redis/redis.module';
import { HealthController } from './health.controller';
import { KafkaHealthIndicator } from './kafka.health';
import { RedisHealthIndicator } from './redis.health';
import { UpstreamHealthIndicator } from './upstream.health';

@Module({
  imports: [TerminusModule.forRoot({ errorLogStyle: 'pretty' }), RedisModule, KafkaModule, LifecycleModule],
  controllers: [HealthController],
  providers: [RedisHealthIndicator, KafkaHealthIndicator, UpstreamHealthIndicator],
})
export class HealthModule {}
