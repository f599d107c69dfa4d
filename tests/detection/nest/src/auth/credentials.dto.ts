import { IsString } from 'class-validator';

export class CredentialsDto {
  @IsString()
  clientId: string;

  @IsString()
  clientSecret: string;
}
