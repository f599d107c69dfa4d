import { timingSafeEqual } from 'node:crypto';
import { Injectable, UnauthorizedException } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { JwtService } from '@nestjs/jwt';
import { CredentialsDto } from './credentials.dto';

@Injectable()
export class AuthService {
  constructor(
    private readonly config: ConfigService,
    private readonly jwt: JwtService,
  ) {}

  /** A token for another program that knows the client's secret. */
  async issue({ clientId, clientSecret }: CredentialsDto): Promise<string> {
    const isKnown =
      isSame(clientId, this.config.getOrThrow<string>('API_CLIENT_ID')) &&
      isSame(clientSecret, this.config.getOrThrow<string>('API_CLIENT_SECRET'));
    if (!isKnown) {
      throw new UnauthorizedException('unknown client or wrong secret');
    }
    return this.jwt.signAsync({ sub: clientId });
  }
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
