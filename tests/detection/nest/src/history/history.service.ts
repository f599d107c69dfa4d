import { Injectable, OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { KafkaService } from '../kafka/kafka.service';
import { PRODUCT_CHANGED } from '../kafka/topics';
import { ProductHistory } from './product-history.entity';

interface ProductChanged {
  id: string;
  productId: string;
  change: string;
  occurredAt: string;
}

@Injectable()
export class HistoryService implements OnModuleInit {
  constructor(
    @InjectRepository(ProductHistory) private readonly history: Repository<ProductHistory>,
    private readonly kafka: KafkaService,
  ) {}

  onModuleInit(): void {
    this.kafka.on(PRODUCT_CHANGED, (event) => this.record(event as ProductChanged));
  }

  of(productId: string): Promise<ProductHistory[]> {
    return this.history.find({ where: { productId }, order: { occurredAt: 'ASC' } });
  }

  /** Events come at least once: the same one changes nothing the second time. */
  private async record({ id, productId, change, occurredAt }: ProductChanged): Promise<void> {
    await this.history.upsert({ eventId: id, productId, change, occurredAt: new Date(occurredAt) }, ['eventId']);
  }
}
