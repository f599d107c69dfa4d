import { IsOptional, IsString, Length } from 'class-validator';

export class CreateProductDto {
  @IsString()
  @Length(1, 80)
  sku: string;

  @IsString()
  @Length(1, 120)
  name: string;

  @IsOptional()
  @IsString()
  @Length(1, 80)
  category?: string;
}
