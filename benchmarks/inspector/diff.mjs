// The difference of two schemas by GraphQL Inspector: two files in, the number of changes out.
import { readFileSync } from 'node:fs';
import { diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const [old, later] = process.argv
  .slice(2)
  .map((file) => buildSchema(readFileSync(file, 'utf8'), { assumeValidSDL: true }));
console.log((await diff(old, later)).length);
