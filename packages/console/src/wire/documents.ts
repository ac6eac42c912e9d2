/** The documents of a bucket's configuration. */
import { parseXml } from '@bindery/client/xml'
import { send } from './request.js'
import { ServerError } from './server-error.js'

/** One document: the parameter that names it, and how it is changed. */
export interface DocumentKind {
  readonly name: string
  readonly format: 'xml' | 'json'
  readonly canDelete: boolean
  /** To begin with. */
  readonly sample: string
}

const xml = <const N extends string>(name: N, canDelete: boolean, sample: string) => ({
  name,
  format: 'xml' as const,
  canDelete,
  sample,
})

/** Documents that have a form of their own come first. */
export const DOCUMENTS = [
  xml(
    'lifecycle',
    true,
    `<LifecycleConfiguration>
  <Rule>
    <ID>abort-old-uploads</ID>
    <Prefix></Prefix>
    <Status>Enabled</Status>
    <AbortMultipartUpload>
      <Days>7</Days>
    </AbortMultipartUpload>
  </Rule>
</LifecycleConfiguration>`,
  ),
  xml(
    'cors',
    true,
    `<CORSConfiguration>
  <CORSRule>
    <AllowedOrigin>https://www.example.com</AllowedOrigin>
    <AllowedMethod>GET</AllowedMethod>
    <AllowedMethod>HEAD</AllowedMethod>
    <AllowedMethod>PUT</AllowedMethod>
    <AllowedMethod>POST</AllowedMethod>
    <AllowedMethod>DELETE</AllowedMethod>
    <AllowedHeader>*</AllowedHeader>
    <ExposeHeader>ETag</ExposeHeader>
    <ExposeHeader>x-oss-request-id</ExposeHeader>
    <ExposeHeader>x-oss-hash-crc64ecma</ExposeHeader>
    <MaxAgeSeconds>600</MaxAgeSeconds>
  </CORSRule>
</CORSConfiguration>`,
  ),
  xml('versioning', false, '<VersioningConfiguration>\n  <Status>Enabled</Status>\n</VersioningConfiguration>'),
  {
    name: 'policy',
    format: 'json',
    canDelete: true,
    sample: JSON.stringify(
      {
        Version: '1',
        Statement: [
          {
            Effect: 'Allow',
            Principal: ['*'],
            Action: ['oss:GetObject'],
            Resource: ['acs:oss:*:*:BUCKET/public/*'],
          },
        ],
      },
      undefined,
      2,
    ),
  },
  xml(
    'encryption',
    true,
    `<ServerSideEncryptionRule>
  <ApplyServerSideEncryptionByDefault>
    <SSEAlgorithm>AES256</SSEAlgorithm>
  </ApplyServerSideEncryptionByDefault>
</ServerSideEncryptionRule>`,
  ),
  xml(
    'tagging',
    true,
    '<Tagging>\n  <TagSet>\n    <Tag>\n      <Key>team</Key>\n      <Value>docs</Value>\n    </Tag>\n  </TagSet>\n</Tagging>',
  ),
  xml(
    'website',
    true,
    `<WebsiteConfiguration>
  <IndexDocument>
    <Suffix>index.html</Suffix>
  </IndexDocument>
  <ErrorDocument>
    <Key>error.html</Key>
  </ErrorDocument>
</WebsiteConfiguration>`,
  ),
  xml(
    'referer',
    false,
    `<RefererConfiguration>
  <AllowEmptyReferer>true</AllowEmptyReferer>
  <RefererList>
    <Referer>https://www.example.com</Referer>
  </RefererList>
</RefererConfiguration>`,
  ),
  xml(
    'logging',
    true,
    `<BucketLoggingStatus>
  <LoggingEnabled>
    <TargetBucket>BUCKET</TargetBucket>
    <TargetPrefix>logs/</TargetPrefix>
  </LoggingEnabled>
</BucketLoggingStatus>`,
  ),
  xml(
    'publicAccessBlock',
    true,
    '<PublicAccessBlockConfiguration>\n  <BlockPublicAccess>true</BlockPublicAccess>\n</PublicAccessBlockConfiguration>',
  ),
  xml(
    'requestPayment',
    false,
    '<RequestPaymentConfiguration>\n  <Payer>BucketOwner</Payer>\n</RequestPaymentConfiguration>',
  ),
  xml(
    'accessmonitor',
    false,
    '<AccessMonitorConfiguration>\n  <Status>Enabled</Status>\n</AccessMonitorConfiguration>',
  ),
  xml(
    'transferAcceleration',
    true,
    '<TransferAccelerationConfiguration>\n  <Enabled>true</Enabled>\n</TransferAccelerationConfiguration>',
  ),
  xml('qos', false, '<BucketUserQos>\n  <StorageCapacity>-1</StorageCapacity>\n</BucketUserQos>'),
] as const satisfies readonly DocumentKind[]

/** The name of a document. */
export type DocumentName = (typeof DOCUMENTS)[number]['name']

/** The text of a document; undefined where it was never set. Throws ServerError. */
export async function readDocument(bucket: string, name: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return await (await send({ method: 'GET', bucket, query: { [name]: '' }, signal })).text()
  } catch (error) {
    if (error instanceof ServerError && error.status === 404 && error.code !== 'NoSuchBucket') return undefined
    throw error
  }
}

/** Replaces a document. Throws ServerError MalformedXML and others for one that is not accepted. */
export async function writeDocument(bucket: string, name: string, text: string): Promise<void> {
  await send({ method: 'PUT', bucket, query: { [name]: '' }, body: text })
}

/** Deletes a document. Throws ServerError. */
export async function deleteDocument(bucket: string, name: string): Promise<void> {
  await send({ method: 'DELETE', bucket, query: { [name]: '' } })
}

/** Why a text is not XML or JSON at all; undefined for one that is. The server checks the rest. */
export function faultOf(text: string, format: DocumentKind['format']): string | undefined {
  try {
    if (format === 'json') JSON.parse(text)
    else parseXml(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** A document with one element per line, for people; other text is returned as it is. */
export function indented(text: string, format: DocumentKind['format']): string {
  if (faultOf(text, format) !== undefined) return text
  if (format === 'json') return JSON.stringify(JSON.parse(text), undefined, 2)
  let depth = 0
  const tags =
    text
      .replace(/<\?[^>]*>\s*/, '')
      .replace(/>\s+</g, '><')
      .match(/<[^>]+>[^<]*/g) ?? []
  const lines: string[] = []
  for (const tag of tags) {
    const isEnd = tag.startsWith('</')
    if (isEnd) depth -= 1
    const previous = lines.at(-1)
    const closesLeaf = isEnd && previous !== undefined && opensLeaf(previous, tag)
    if (closesLeaf) lines[lines.length - 1] = previous + tag
    else lines.push('  '.repeat(Math.max(0, depth)) + tag)
    if (!isEnd && !/\/>/.test(tag)) depth += 1
  }
  return lines.join('\n')
}

function opensLeaf(line: string, end: string): boolean {
  const [, name] = /^\s*<([\w:]+)[^>]*>[^<]*$/.exec(line) ?? []
  return name !== undefined && end.startsWith(`</${name}>`)
}
