import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Category } from './category.entity';
import { Product } from './product.entity';
import { ProductsService } from './products.service';

@Resolver(() => Category)
export class CategoriesResolver {
  constructor(private readonly service: ProductsService) {}

  @ResolveField(() => [Product])
  products(@Parent() category: Category): Promise<Product[]> {
    return this.service.findOfCategory(category.id);
  }
}
