// AWS SDK for JavaScript v3's document client, page by page; prints its figures as JSON.
const { DynamoDBClient } = require("@aws-sdk/client-dynamodb");
const { DynamoDBDocumentClient, paginateScan } = require("@aws-sdk/lib-dynamodb");

async function main(endpoint) {
  const credentials = { accessKeyId: "bench", secretAccessKey: "bench" };
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint, region: "ap-northeast-1", credentials }),
    { unmarshallOptions: { wrapNumbers: true } },
  );
  const begun = process.cpuUsage();
  const started = Date.now();
  let items = 0;
  for await (const page of paginateScan({ client }, { TableName: "bench-table" })) items += page.Items.length;
  const used = process.cpuUsage(begun);
  const all = process.cpuUsage();
  const seconds = ({ user, system }) => (user + system) / 1e6;
  console.log(JSON.stringify({
    items,
    scan_cpu: seconds(used),
    wall: (Date.now() - started) / 1000,
    process_cpu: seconds(all),
    peak_mb: process.resourceUsage().maxRSS / 1024,
  }));
}

main(process.argv[2]);
