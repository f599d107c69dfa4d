import { join } from 'node:path';
import { ConfigService } from '@nestjs/config';
import { PostgresConnectionOptions } from 'typeorm/driver/postgres/PostgresConnectionOptions';

export function databaseOptions(config: ConfigService): PostgresConnectionOptions {
  return {
    type: 'postgres',
    host: config.getOrThrow<string>('DB_HOST'),
    port: config.getOrThrow<number>('DB_PORT'),
    username: config.getOrThrow<string>('DB_USERNAME'),
    password: config.getOrThrow<string>('DB_PASSWORD'),
    database: config.getOrThrow<string>('DB_NAME'),
    applicationName: 'master-data',
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    synchronize: false,
    migrations: [join(__dirname, 'migrations', '*.js')],
    migrationsTransactionMode: 'each',
    extra: { max: 5, connectionTimeoutMillis: 2000, query_timeout: 3000 },
  };
}
