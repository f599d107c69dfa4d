import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('product_history')
export class ProductHistory {
  @PrimaryColumn({ name: 'event_id', type: 'uuid' })
  eventId: string;

  @Column({ name: 'product_id', type: 'uuid' })
  productId: string;

  @Column({ length: 40 })
  change: string;

  @Column({ name: 'occurred_at', type: 'timestamptz' })
  occurredAt: Date;
}
