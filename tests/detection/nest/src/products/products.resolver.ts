import { Args, ID, Parent, Query, ResolveField, Resolver, ResolveReference } from '@nestjs/graphql';
import { isUUID } from 'class-validator';
import { Category } from './category.entity';
import { PageArgs } from './page.args';
import { Product } from './product.entity';
import { ProductsService } from './products.service';

@Resolver(() => Product)
export class ProductsResolver {
  constructor(private readonly service: ProductsService) {}

  @Query(() => [Product])
  products(@Args() page: PageArgs): Promise<Product[]> {
    return this.service.find(page);
  }

  @Query(() => Product, { nullable: true })
  async product(@Args('id', { type: () => ID }) id: string): Promise<Product | null> {
    return isUUID(id) ? this.service.findById(id) : null;
  }

  @ResolveField(() => Category, { nullable: true })
  async category(@Parent() product: Product): Promise<Category | null> {
    return product.categoryId ? this.service.findCategory(product.categoryId) : null;
  }

  @ResolveReference()
  async resolveReference({ id, sku }: { id?: string; sku?: string }): Promise<Product | null> {
    if (sku !== undefined) {
      return this.service.findBySku(sku);
    }
    return isUUID(id) ? this.service.findById(id!) : null;
  }
}
