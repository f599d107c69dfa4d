import { readFileSync } from 'node:fs';
import { diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
const [old, later] = process.argv.slice(2).map((file) => buildSchema(readFileSync(file, 'utf8'), { assumeValidSDL: true }));
const changes = await diff(old, later);
console.log(changes.length);
