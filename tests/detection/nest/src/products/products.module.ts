import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HistoryModule } from '../history/history.module';
import { KafkaModule } from '../kafka/kafka.module';
import { RedisModule } from '../redis/redis.module';
import { CategoriesResolver } from './categories.resolver';
import { Category } from './category.entity';
import { Product } from './product.entity';
import { ProductsController } from './products.controller';
import { ProductsResolver } from './products.resolver';
import { ProductsService } from './products.service';

@Module({
  imports: [TypeOrmModule.forFeature([Product, Category]), RedisModule, KafkaModule, HistoryModule],
  controllers: [ProductsController],
  providers: [ProductsService, ProductsResolver, CategoriesResolver],
  exports: [ProductsService],
})
export class ProductsModule {}
