import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { HealthCheckError, HealthIndicator, HealthIndicatorFunction, HealthIndicatorResult } from '@nestjs/terminus';

/** Another service without which this one is of no use, where the environment names one. */
@Injectable()
export class UpstreamHealthIndicator extends HealthIndicator {
  private readonly url: string | undefined;
  private asked: Promise<Response | Error> | undefined;

  constructor(config: ConfigService) {
    super();
    this.url = config.get<string>('UPSTREAM_HEALTH_URL');
  }

  checks(key: string, timeout: number): HealthIndicatorFunction[] {
    return this.url ? [() => this.isHealthy(key, this.url!, timeout)] : [];
  }

  private async isHealthy(key: string, url: string, timeout: number): Promise<HealthIndicatorResult> {
    // One question at a time, whoever wants to know: services that ask each other would never come to an end.
    this.asked ??= fetch(url, { signal: AbortSignal.timeout(timeout) })
      .catch((error: Error) => error)
      .finally(() => (this.asked = undefined));
    const answer = await this.asked;
    if (answer instanceof Error || !answer.ok) {
      const message = `${url}: ${answer instanceof Error ? answer.message : answer.status}`;
      throw new HealthCheckError('upstream is down', this.getStatus(key, false, { message }));
    }
    return this.getStatus(key, true);
  }
}
