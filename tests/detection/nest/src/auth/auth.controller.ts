import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { AuthService } from './auth.service';
import { CredentialsDto } from './credentials.dto';
import { Public } from './public.decorator';

@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Public()
  @Post('token')
  @HttpCode(200)
  async token(@Body() credentials: CredentialsDto): Promise<{ access_token: string; token_type: string }> {
    return { access_token: await this.auth.issue(credentials), token_type: 'Bearer' };
  }
}
