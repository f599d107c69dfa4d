import { Body, Controller, Get, NotFoundException, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { HistoryService } from '../history/history.service';
import { ProductHistory } from '../history/product-history.entity';
import { CreateProductDto } from './create-product.dto';
import { PageArgs } from './page.args';
import { Product } from './product.entity';
import { ProductsService } from './products.service';

@Controller('products')
export class ProductsController {
  constructor(
    private readonly products: ProductsService,
    private readonly history: HistoryService,
  ) {}

  @Get()
  find(@Query() page: PageArgs): Promise<Product[]> {
    return this.products.find(page);
  }

  @Post()
  create(@Body() product: CreateProductDto): Promise<Product> {
    return this.products.create(product);
  }

  @Get(':id')
  async findOne(@Param('id', ParseUUIDPipe) id: string): Promise<Product> {
    const product = await this.products.findById(id);
    if (!product) {
      throw new NotFoundException();
    }
    return product;
  }

  @Get(':id/history')
  findHistory(@Param('id', ParseUUIDPipe) id: string): Promise<ProductHistory[]> {
    return this.history.of(id);
  }
}
