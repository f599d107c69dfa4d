import { Logger, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { environmentSchema } from '../config/environment';
import { databaseOptions } from './options';

@Module({ imports: [ConfigModule.forRoot({ ignoreEnvFile: true, validationSchema: environmentSchema })] })
class MigrationsModule {}

/** Applies the migrations that are pending: `node dist/database/migrate.js`. */
async function migrate(): Promise<void> {
  const app = await NestFactory.createApplicationContext(MigrationsModule, { logger: ['error'] });
  const dataSource = await new DataSource(databaseOptions(app.get(ConfigService))).initialize();
  try {
    const applied = await dataSource.runMigrations();
    new Logger('migrate').log(`${applied.length} migrations applied`);
  } finally {
    await dataSource.destroy();
    await app.close();
  }
}

migrate();
