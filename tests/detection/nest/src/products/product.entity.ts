import { Directive, Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Column, CreateDateColumn, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { Category } from './category.entity';

export enum ProductStatus {
  ACTIVE = 'active',
  DISCONTINUED = 'discontinued',
}

registerEnumType(ProductStatus, { name: 'ProductStatus' });

@ObjectType({ description: 'Something that is bought or sold.' })
@Directive('@key(fields: "id")')
@Directive('@key(fields: "sku")')
@Entity('products')
export class Product {
  @Field(() => ID)
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Field()
  @Column({ length: 80, unique: true })
  sku: string;

  @Field()
  @Column({ length: 120 })
  name: string;

  @Field(() => ProductStatus)
  @Column({ type: 'enum', enum: ProductStatus, enumName: 'product_status', default: ProductStatus.ACTIVE })
  status: ProductStatus;

  @Column({ name: 'category_id', type: 'uuid', nullable: true })
  categoryId: string | null;

  @ManyToOne(() => Category, (category) => category.products, { nullable: true, onDelete: 'SET NULL' })
  @JoinColumn({ name: 'category_id' })
  category: Category | null;

  @Field()
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
