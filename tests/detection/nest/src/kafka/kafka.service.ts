import { Injectable, OnApplicationBootstrap, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Admin, Consumer, Kafka, Producer } from 'kafkajs';
import { setTimeout } from 'node:timers/promises';
import { TOPICS } from './topics';

export type Handler = (event: unknown) => Promise<void>;

const RETRY_MS = 500;

@Injectable()
export class KafkaService implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly admin: Admin;
  private readonly producer: Producer;
  private readonly consumer: Consumer;
  private readonly handlers = new Map<string, Handler>();
  private isMember = false;
  private isStopping = false;

  constructor(config: ConfigService) {
    const kafka = new Kafka({
      clientId: config.getOrThrow<string>('KAFKA_CLIENT_ID'),
      brokers: config.getOrThrow<string>('KAFKA_BROKERS').split(','),
      connectionTimeout: 1000,
      requestTimeout: 3000,
      retry: { retries: config.getOrThrow<number>('KAFKA_CONNECT_RETRIES'), initialRetryTime: 300, maxRetryTime: 2000 },
    });
    this.admin = kafka.admin();
    this.producer = kafka.producer({ allowAutoTopicCreation: false });
    this.consumer = kafka.consumer({
      groupId: config.getOrThrow<string>('KAFKA_GROUP_ID'),
      allowAutoTopicCreation: false,
      sessionTimeout: 6000,
      heartbeatInterval: 1000,
      maxWaitTimeInMs: 500,
    });
    this.consumer.on(this.consumer.events.GROUP_JOIN, () => (this.isMember = true));
    this.consumer.on(this.consumer.events.CRASH, ({ payload }) => {
      this.isMember = false;
      if (!payload.restart) {
        void this.consumeAgain();
      }
    });
    this.consumer.on(this.consumer.events.STOP, () => (this.isMember = false));
  }

  async onModuleInit(): Promise<void> {
    await this.admin.connect();
    await this.admin.createTopics({ topics: TOPICS.map((topic) => ({ topic, numPartitions: 1, replicationFactor: 1 })) });
    await this.producer.connect();
  }

  /** Handlers have been registered by then: every module is initialised. */
  async onApplicationBootstrap(): Promise<void> {
    await this.consume();
  }

  private async consume(): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [...this.handlers.keys()], fromBeginning: true });
    await this.consumer.run({
      eachMessage: async ({ topic, message }) => {
        if (message.value) {
          await this.handlers.get(topic)?.(JSON.parse(message.value.toString()));
        }
      },
    });
  }

  /** KafkaJS itself restarts a consumer only after errors that it takes for retriable. */
  private async consumeAgain(): Promise<void> {
    await setTimeout(RETRY_MS);
    if (!this.isStopping) {
      await this.consume().catch(() => this.consumeAgain());
    }
  }

  on(topic: string, handler: Handler): void {
    this.handlers.set(topic, handler);
  }

  async send(topic: string, key: string, event: unknown): Promise<void> {
    await this.producer.send({ topic, messages: [{ key, value: JSON.stringify(event) }] });
  }

  /** Asks a broker, and tells whether the consumer is a member of its group. */
  async check(): Promise<{ consumer: string }> {
    await this.admin.fetchTopicMetadata({ topics: TOPICS });
    if (!this.isMember) {
      throw new Error('the consumer is not a member of its group');
    }
    return { consumer: 'joined' };
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await Promise.allSettled([this.consumer.disconnect(), this.producer.disconnect(), this.admin.disconnect()]);
  }
}
