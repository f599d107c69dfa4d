import { MigrationInterface, QueryRunner, Table, TableIndex } from 'typeorm';

export class CreateProductHistory1718000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'product_history',
        columns: [
          { name: 'event_id', type: 'uuid', isPrimary: true },
          { name: 'product_id', type: 'uuid' },
          { name: 'change', type: 'varchar', length: '40' },
          { name: 'occurred_at', type: 'timestamptz' },
        ],
      }),
    );
    await queryRunner.createIndex(
      'product_history',
      new TableIndex({ name: 'product_history_product', columnNames: ['product_id', 'occurred_at'] }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('product_history');
  }
}
