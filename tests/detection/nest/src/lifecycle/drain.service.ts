import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';

const DRAIN_MS = 500;

/**
 * From SIGTERM on the service is not ready, and goes on answering until whoever routes to it has noticed.
 *
 * Apollo's driver closes the port in onModuleDestroy, so that Terminus' own delay, which is one phase later, would come
 * too late. Modules that are deeper in the tree are destroyed first: this one is imported by HealthModule.
 */
@Injectable()
export class DrainService implements OnModuleDestroy {
  isDraining = false;

  async onModuleDestroy(): Promise<void> {
    this.isDraining = true;
    await sleep(DRAIN_MS);
  }
}
