// Composes subgraphs: [{name, sdl}] as JSON on standard input, {errors: [{code, message}], supergraph} on standard output.
import { readFileSync, writeSync } from 'node:fs';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';

const subgraphs = JSON.parse(readFileSync(0, 'utf8'));
const composed = composeServices(
  subgraphs.map(({ name, sdl }) => ({ name, url: `http://${name}.invalid/`, typeDefs: parse(sdl) })),
);
const errors = (composed.errors ?? []).map(({ message, extensions }) => ({ message, code: extensions?.code ?? '' }));
const answer = Buffer.from(JSON.stringify({ errors, supergraph: composed.supergraphSdl ?? null }));
for (let written = 0; written < answer.length; ) {
  written += writeSync(1, answer, written);
}
