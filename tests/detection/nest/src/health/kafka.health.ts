import { Injectable } from '@nestjs/common';
import { HealthCheckError, HealthIndicator, HealthIndicatorResult } from '@nestjs/terminus';
import { KafkaService } from '../kafka/kafka.service';
import { withDeadline } from './deadline';

@Injectable()
export class KafkaHealthIndicator extends HealthIndicator {
  constructor(private readonly kafka: KafkaService) {
    super();
  }

  async isHealthy(key: string, timeout: number): Promise<HealthIndicatorResult> {
    try {
      return this.getStatus(key, true, await withDeadline(this.kafka.check(), timeout));
    } catch (error) {
      throw new HealthCheckError('Kafka is down', this.getStatus(key, false, { message: (error as Error).message }));
    }
  }
}
