import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KafkaModule } from '../kafka/kafka.module';
import { HistoryService } from './history.service';
import { ProductHistory } from './product-history.entity';

@Module({
  imports: [TypeOrmModule.forFeature([ProductHistory]), KafkaModule],
  providers: [HistoryService],
  exports: [HistoryService],
})
export class HistoryModule {}
