// size: exempt (a table: one entry per client)
import { doubleQuoted, isSecure, phpQuoted, type Snippet, sqlQuoted } from './snippet.js'

/** Clients in JavaScript, Python and PHP. */
export const SCRIPT_LANGUAGES = {
  node: {
    title: 'ali-oss, Node.js',
    needs: 'npm',
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `npm install ali-oss@6
cat > hello.mjs <<'END'
import OSS from 'ali-oss'

const client = new OSS({
  endpoint: '${endpoint}',
  region: 'oss-${region}',
  bucket: '${bucket}',
  accessKeyId: '${accessKeyId}',
  accessKeySecret: ${secret},
  authorizationV4: true,
  sldEnable: true, // the bucket goes into the path
})
await client.putBucket('${bucket}')
await client.put('hello.txt', Buffer.from('Hello from Bindery'))
const { content } = await client.get('hello.txt')
console.log(content.toString())
END
node hello.mjs
`,
  },
  browser: {
    title: 'ali-oss, browser',
    needs: 'npm',
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `npm install ali-oss@6
cat > page.html <<'END'
<!doctype html>
<title>Hello</title>
<script src="ali-oss.js"></script>
<p id="result">…</p>
<script type="module">
  // a public page uses temporary keys of STS, never a key like this one
  const client = new OSS({
    endpoint: '${endpoint}',
    region: 'oss-${region}',
    bucket: '${bucket}',
    accessKeyId: '${accessKeyId}',
    accessKeySecret: ${secret},
    authorizationV4: true,
    sldEnable: true,
  })
  await client.multipartUpload('hello.txt', new File(['Hello from Bindery'], 'hello.txt'))
  const answer = await fetch(await client.signatureUrlV4('GET', 60, undefined, 'hello.txt'))
  document.querySelector('#result').textContent = await answer.text()
</script>
END
cat > page.mjs <<'END'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import OSS from 'ali-oss'

const client = new OSS({
  endpoint: '${endpoint}',
  region: 'oss-${region}',
  accessKeyId: '${accessKeyId}',
  accessKeySecret: ${secret},
  authorizationV4: true,
  sldEnable: true,
})
await client.putBucket('${bucket}')
// browsers send requests to another origin, and show its headers, only where the bucket allows it
await client.putBucketCORS('${bucket}', [
  { allowedOrigin: '*', allowedMethod: ['GET', 'PUT', 'POST'], allowedHeader: '*', exposeHeader: ['ETag', 'x-oss-request-id'] },
])
const files = {
  '/': ['text/html; charset=utf-8', readFileSync('page.html')],
  '/ali-oss.js': ['text/javascript', readFileSync('node_modules/ali-oss/dist/aliyun-oss-sdk.min.js')],
}
const server = createServer((request, response) => {
  const [type, content] = files[request.url] ?? ['text/plain', '']
  response.writeHead(200, { 'Content-Type': type }).end(content)
})
server.listen(0, '127.0.0.1', () => console.log(\`Open http://127.0.0.1:\${server.address().port}/\`))
END
node page.mjs
`,
  },
  python: {
    title: 'oss2, Python',
    needs: 'python3',
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `python3 -m venv .venv
.venv/bin/pip install --quiet oss2==2.19.1
cat > hello.py <<'END'
import oss2

auth = oss2.AuthV4("${accessKeyId}", ${secret})
bucket = oss2.Bucket(auth, "${endpoint}", "${bucket}", region="${region}")
bucket.create_bucket()
bucket.put_object("hello.txt", "Hello from Bindery")
print(bucket.get_object("hello.txt").read().decode())
END
.venv/bin/python hello.py
`,
  },
  'python-v2': {
    title: 'alibabacloud-oss-v2, Python',
    needs: 'python3',
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `python3 -m venv .venv
.venv/bin/pip install --quiet alibabacloud-oss-v2==1.4.1
cat > hello.py <<'END'
import alibabacloud_oss_v2 as oss

config = oss.config.load_default()
config.endpoint = "${endpoint}"
config.region = "${region}"
config.credentials_provider = oss.credentials.StaticCredentialsProvider("${accessKeyId}", ${secret})
client = oss.Client(config)
client.put_bucket(oss.PutBucketRequest(bucket="${bucket}"))
client.put_object(oss.PutObjectRequest(bucket="${bucket}", key="hello.txt", body=b"Hello from Bindery"))
print(client.get_object(oss.GetObjectRequest(bucket="${bucket}", key="hello.txt")).body.read().decode())
END
.venv/bin/python hello.py
`,
  },
  boto3: {
    title: 'boto3, Python, S3',
    needs: 'python3',
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `python3 -m venv .venv
.venv/bin/pip install --quiet boto3
cat > hello.py <<'END'
import boto3
from botocore.config import Config

client = boto3.client(
    "s3",
    endpoint_url="${endpoint}",
    region_name="${region}",
    aws_access_key_id="${accessKeyId}",
    aws_secret_access_key=${secret},
    config=Config(s3={"addressing_style": "path"}),
)
client.create_bucket(Bucket="${bucket}", CreateBucketConfiguration={"LocationConstraint": "${region}"})
client.put_object(Bucket="${bucket}", Key="hello.txt", Body=b"Hello from Bindery")
print(client.get_object(Bucket="${bucket}", Key="hello.txt")["Body"].read().decode())
END
.venv/bin/python hello.py
`,
  },
  'aws-sdk': {
    title: '@aws-sdk/client-s3, Node.js, S3',
    needs: 'npm',
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `npm install @aws-sdk/client-s3@3
cat > hello.mjs <<'END'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'

const client = new S3Client({
  endpoint: '${endpoint}',
  region: '${region}',
  credentials: { accessKeyId: '${accessKeyId}', secretAccessKey: ${secret} },
  forcePathStyle: true,
})
const object = { Bucket: '${bucket}', Key: 'hello.txt' }
await client.send(new CreateBucketCommand({ Bucket: '${bucket}' }))
await client.send(new PutObjectCommand({ ...object, Body: 'Hello from Bindery' }))
const { Body } = await client.send(new GetObjectCommand(object))
console.log(await Body.transformToString())
END
node hello.mjs
`,
  },
  minio: {
    title: 'minio, Node.js, S3',
    needs: 'npm',
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `npm install minio@8
cat > hello.mjs <<'END'
import { text } from 'node:stream/consumers'
import { Client } from 'minio'

const client = new Client({
  endPoint: '${new URL(endpoint).hostname}',
  port: ${new URL(endpoint).port || (isSecure(endpoint) ? 443 : 80)},
  useSSL: ${isSecure(endpoint)},
  region: '${region}',
  accessKey: '${accessKeyId}',
  secretKey: ${secret},
})
await client.makeBucket('${bucket}', '${region}')
await client.putObject('${bucket}', 'hello.txt', 'Hello from Bindery')
console.log(await text(await client.getObject('${bucket}', 'hello.txt')))
END
node hello.mjs
`,
  },
  opendal: {
    title: 'Apache OpenDAL, Python',
    needs: 'python3',
    needsBucket: true,
    quote: doubleQuoted,
    script: ({ endpoint, bucket, accessKeyId, secret }) => `python3 -m venv .venv
.venv/bin/pip install --quiet opendal==0.47.12
cat > hello.py <<'END'
import opendal

operator = opendal.Operator(
    "oss",
    endpoint="${endpoint}",
    addressing_style="path",
    bucket="${bucket}",
    access_key_id="${accessKeyId}",
    access_key_secret=${secret},
)
operator.write("hello.txt", b"Hello from Bindery")
print(operator.read("hello.txt").decode())
END
.venv/bin/python hello.py
`,
  },
  ossfs: {
    title: 'ossfs, Python, for fsspec, pandas and Dask',
    needs: 'python3',
    needsBucket: true,
    quote: doubleQuoted,
    script: ({ endpoint, bucket, accessKeyId, secret }) => `python3 -m venv .venv
.venv/bin/pip install --quiet ossfs==2025.5.0
cat > hello.py <<'END'
import fsspec

files = fsspec.filesystem("oss", endpoint="${endpoint}", key="${accessKeyId}", secret=${secret})
with files.open("${bucket}/hello.txt", "w") as file:
    file.write("Hello from Bindery")
with files.open("${bucket}/hello.txt") as file:
    print(file.read().decode())
END
.venv/bin/python hello.py
`,
  },
  pyarrow: {
    title: 'PyArrow, Python, S3',
    needs: 'python3',
    quote: doubleQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `python3 -m venv .venv
.venv/bin/pip install --quiet pyarrow==26.0.1
cat > hello.py <<'END'
from pyarrow.fs import S3FileSystem

files = S3FileSystem(
    endpoint_override="${endpoint}",
    region="${region}",
    access_key="${accessKeyId}",
    secret_key=${secret},
    allow_bucket_creation=True,
)
files.create_dir("${bucket}")
with files.open_output_stream("${bucket}/hello.txt") as file:
    file.write(b"Hello from Bindery")
with files.open_input_stream("${bucket}/hello.txt") as file:
    print(file.read().decode())
END
.venv/bin/python hello.py
`,
  },
  duckdb: {
    title: 'DuckDB, Python, S3',
    needs: 'python3',
    needsBucket: true,
    quote: sqlQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `python3 -m venv .venv
.venv/bin/pip install --quiet duckdb==1.5.5 duckdb-extensions==1.5.5 duckdb-extension-httpfs==1.5.5
cat > hello.sql <<'END'
LOAD httpfs;
CREATE SECRET bindery (
  TYPE s3, ENDPOINT '${new URL(endpoint).host}', USE_SSL ${isSecure(endpoint)}, URL_STYLE 'path', REGION '${region}',
  KEY_ID '${accessKeyId}', SECRET ${secret}
);
COPY (SELECT 'Hello from Bindery') TO 's3://${bucket}/hello.txt' (FORMAT csv, HEADER false);
SELECT content FROM read_text('s3://${bucket}/hello.txt');
END
cat > hello.py <<'END'
import duckdb
from duckdb_extensions import import_extension

import_extension("httpfs")
with open("hello.sql") as file:
    print(duckdb.sql(file.read()).fetchone()[0])
END
.venv/bin/python hello.py
`,
  },
  php: {
    title: 'aliyuncs/oss-sdk-php, PHP',
    needs: 'php, composer',
    untested: 'noPackage',
    quote: phpQuoted,
    script: ({ endpoint, region, bucket, accessKeyId, secret }) => `composer require --quiet aliyuncs/oss-sdk-php
cat > hello.php <<'END'
<?php
require 'vendor/autoload.php';

$client = new OSS\\OssClient([
    'provider' => new OSS\\Credentials\\StaticCredentialsProvider('${accessKeyId}', ${secret}),
    'endpoint' => '${endpoint}',
    'region' => '${region}',
    'signatureVersion' => OSS\\OssClient::OSS_SIGNATURE_VERSION_V4,
]);
$client->createBucket('${bucket}');
$client->putObject('${bucket}', 'hello.txt', 'Hello from Bindery');
echo $client->getObject('${bucket}', 'hello.txt'), "\\n";
END
php hello.php
`,
  },
} as const satisfies Record<string, Snippet>
