import { ApolloFederationDriver, ApolloFederationDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { GraphQLModule } from '@nestjs/graphql';
import depthLimit from 'graphql-depth-limit';
import { AuthModule } from './auth/auth.module';
import { environmentSchema } from './config/environment';
import { DatabaseModule } from './database/database.module';
import { HealthModule } from './health/health.module';
import { HistoryModule } from './history/history.module';
import { KafkaModule } from './kafka/kafka.module';
import { ProductsModule } from './products/products.module';
import { RedisModule } from './redis/redis.module';

@Module({
  imports: [
    ConfigModule.forRoot({
      isGlobal: true,
      ignoreEnvFile: true,
      validationSchema: environmentSchema,
      validationOptions: { abortEarly: false },
    }),
    DatabaseModule,
    RedisModule,
    KafkaModule,
    GraphQLModule.forRootAsync<ApolloFederationDriverConfig>({
      driver: ApolloFederationDriver,
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        autoSchemaFile: { federation: 2 },
        introspection: config.getOrThrow<boolean>('GRAPHQL_INTROSPECTION'),
        playground: false,
        validationRules: [depthLimit(10)],
      }),
    }),
    AuthModule,
    ProductsModule,
    HistoryModule,
    HealthModule,
  ],
})
export class AppModule {}
