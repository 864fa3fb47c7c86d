// What @aws-cdk/cloudformation-diff says of a change of each property of each type that it knows, as JSON:
// {"AWS::S3::Bucket": {"BucketName": "WILL_REPLACE", "Tags": "WILL_UPDATE", ...}, ...}
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { diffResource } = require('@aws-cdk/cloudformation-diff/lib/diff');
const { loadAwsServiceSpecSync } = require('@aws-cdk/aws-service-spec');

const found = {};
for (const { cloudFormationType: type, properties } of loadAwsServiceSpecSync().all('resource')) {
  const filled = (value) => Object.fromEntries(Object.keys(properties).map((name) => [name, value]));
  // The function that its differences of whole templates ask about each resource.
  const change = diffResource({ Type: type, Properties: filled('a') }, { Type: type, Properties: filled('b') });
  found[type] = {};
  change.forEachDifference((kind, name, { changeImpact }) => {
    if (kind === 'Property') found[type][name] = changeImpact;
  });
}
console.log(JSON.stringify(found));
