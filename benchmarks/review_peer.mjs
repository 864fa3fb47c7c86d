// Differences of pairs of templates by @aws-cdk/cloudformation-diff, as a person reads them, and which resources it
// says are replaced: {"<template>": {"<logical id>": "WILL_REPLACE", ...}, ...} in the file named second.
import { readFileSync, writeFileSync } from 'node:fs';
import { fullDiff, formatDifferences } from '@aws-cdk/cloudformation-diff';

const [pairs, out] = process.argv.slice(2);
const found = {};
for (const [base, head] of JSON.parse(readFileSync(pairs, 'utf8'))) {
  const difference = fullDiff(JSON.parse(readFileSync(base, 'utf8')), JSON.parse(readFileSync(head, 'utf8')));
  formatDifferences(process.stdout, difference);
  found[head] = {};
  difference.resources.forEachDifference((id, change) => { found[head][id] = change.changeImpact; });
}
writeFileSync(out, JSON.stringify(found));
