import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { databaseOptions } from './options';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        ...databaseOptions(config),
        autoLoadEntities: true,
        migrationsRun: true,
        retryAttempts: config.getOrThrow<number>('DB_CONNECT_RETRIES'),
        retryDelay: config.getOrThrow<number>('DB_CONNECT_RETRY_DELAY_MS'),
      }),
    }),
  ],
})
export class DatabaseModule {}
