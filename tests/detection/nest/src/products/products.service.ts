import { randomUUID } from 'node:crypto';
import { ConflictException, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { QueryFailedError, Repository } from 'typeorm';
import { KafkaService } from '../kafka/kafka.service';
import { PRODUCT_CHANGED } from '../kafka/topics';
import { CacheService } from '../redis/cache.service';
import { Category } from './category.entity';
import { CreateProductDto } from './create-product.dto';
import { PageArgs } from './page.args';
import { Product } from './product.entity';

const UNIQUE_VIOLATION = '23505';

@Injectable()
export class ProductsService {
  constructor(
    @InjectRepository(Product) private readonly products: Repository<Product>,
    @InjectRepository(Category) private readonly categories: Repository<Category>,
    private readonly cache: CacheService,
    private readonly kafka: KafkaService,
  ) {}

  find({ first, offset }: PageArgs): Promise<Product[]> {
    return this.products.find({ order: { createdAt: 'DESC', id: 'ASC' }, take: first, skip: offset });
  }

  findBySku(sku: string): Promise<Product | null> {
    return this.products.findOneBy({ sku });
  }

  findOfCategory(categoryId: string): Promise<Product[]> {
    return this.products.find({ where: { categoryId }, order: { sku: 'ASC' }, take: 100 });
  }

  findCategory(id: string): Promise<Category | null> {
    return this.categories.findOneBy({ id });
  }

  async findById(id: string): Promise<Product | null> {
    const cached = await this.cache.get<Product>(`product:${id}`);
    if (cached) {
      return this.products.create(cached);
    }
    const product = await this.products.findOneBy({ id });
    if (product) {
      await this.cache.set(`product:${id}`, product);
    }
    return product;
  }

  async create({ sku, name, category }: CreateProductDto): Promise<Product> {
    const product = this.products.create({ sku, name });
    if (category) {
      product.categoryId = (await this.categoryNamed(category)).id;
    }
    try {
      await this.products.save(product);
    } catch (error) {
      if (error instanceof QueryFailedError && error.driverError.code === UNIQUE_VIOLATION) {
        throw new ConflictException(`there is a product ${sku} already`);
      }
      throw error;
    }
    const event = { id: randomUUID(), productId: product.id, change: 'created', occurredAt: new Date() };
    await this.kafka.send(PRODUCT_CHANGED, product.id, event);
    return product;
  }

  private async categoryNamed(name: string): Promise<Category> {
    await this.categories.upsert({ name }, ['name']);
    return this.categories.findOneByOrFail({ name });
  }
}
