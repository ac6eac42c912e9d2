// size: exempt (a table: one entry per document)

/** The documents of a bucket's configuration that are one each, with samples to begin with. */

/** One document, and how it is changed. */
export interface DocumentKind {
  /** The parameter that names it, unless `query` has another. */
  readonly name: string
  readonly query?: Readonly<Record<string, string>>
  /** The command line has another word for it than its parameter. */
  readonly word?: string
  readonly format: 'xml' | 'json'
  readonly canDelete: boolean
  /** To begin with. */
  readonly sample: string
}

const xml = <const N extends string>(
  name: N,
  canDelete: boolean,
  sample: string,
  more: Pick<DocumentKind, 'query' | 'word'> = {},
) => ({ name, format: 'xml' as const, canDelete, sample, ...more })

/** All documents. */
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
    { word: 'tags' },
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
    { word: 'public-access-block' },
  ),
  xml(
    'requestPayment',
    false,
    '<RequestPaymentConfiguration>\n  <Payer>BucketOwner</Payer>\n</RequestPaymentConfiguration>',
    { word: 'request-payment' },
  ),
  xml(
    'accessmonitor',
    false,
    '<AccessMonitorConfiguration>\n  <Status>Enabled</Status>\n</AccessMonitorConfiguration>',
    { word: 'access-monitor' },
  ),
  xml(
    'transferAcceleration',
    true,
    '<TransferAccelerationConfiguration>\n  <Enabled>true</Enabled>\n</TransferAccelerationConfiguration>',
    { word: 'transfer-acceleration' },
  ),
  xml('qos', false, '<BucketUserQos>\n  <StorageCapacity>-1</StorageCapacity>\n</BucketUserQos>', {
    word: 'storage-capacity',
  }),
  xml(
    'quota',
    true,
    '<QuotaConfiguration>\n  <StorageQuota>1099511627776</StorageQuota>\n  <Mode>Strict</Mode>\n</QuotaConfiguration>',
    { word: 'storage-quota' },
  ),
  xml('qosInfo', true, '<QoSConfiguration>\n  <TotalQps>-1</TotalQps>\n</QoSConfiguration>', { word: 'qos-info' }),
  xml(
    'httpsConfig',
    false,
    '<HttpsConfiguration>\n  <TLS>\n    <Enable>true</Enable>\n    <TLSVersion>TLSv1.2</TLSVersion>\n    <TLSVersion>TLSv1.3</TLSVersion>\n  </TLS>\n</HttpsConfiguration>',
    { word: 'https-config' },
  ),
  xml(
    'overwriteConfig',
    true,
    `<OverwriteConfiguration>
  <Rule>
    <ID>keep-releases</ID>
    <Action>forbid</Action>
    <Prefix>releases/</Prefix>
    <Suffix></Suffix>
  </Rule>
</OverwriteConfiguration>`,
    { word: 'overwrite-config' },
  ),
  xml(
    'responseHeader',
    true,
    `<ResponseHeaderConfiguration>
  <Rule>
    <Name>rule-1</Name>
    <Filters>
      <Operation>GetObject</Operation>
    </Filters>
    <HideHeaders>
      <Header>Last-Modified</Header>
    </HideHeaders>
  </Rule>
</ResponseHeaderConfiguration>`,
    { word: 'response-header' },
  ),
  xml(
    'processConfiguration',
    false,
    '<BucketProcessConfiguration>\n  <SourceFileProtect>Enabled</SourceFileProtect>\n  <SourceFileProtectSuffix>*</SourceFileProtectSuffix>\n  <StyleDelimiters>-,!</StyleDelimiters>\n</BucketProcessConfiguration>',
    { word: 'process' },
  ),
  xml(
    'userDefinedLogFieldsConfig',
    true,
    `<UserDefinedLogFieldsConfiguration>
  <HeaderSet>
    <header>x-trace</header>
  </HeaderSet>
  <ParamSet>
    <parameter>from</parameter>
  </ParamSet>
</UserDefinedLogFieldsConfiguration>`,
    { word: 'user-defined-log-fields' },
  ),
  xml(
    'bucketArchiveDirectRead',
    false,
    '<ArchiveDirectReadConfiguration>\n  <Enabled>true</Enabled>\n</ArchiveDirectReadConfiguration>',
    { word: 'archive-direct-read' },
  ),
  xml(
    'callbackPolicy',
    true,
    `<BucketCallbackPolicy>
  <PolicyItem>
    <PolicyName>stored</PolicyName>
    <Callback>eyJjYWxsYmFja1VybCI6Imh0dHA6Ly8xMjcuMC4wLjE6ODA4MC9zdG9yZWQiLCJjYWxsYmFja0JvZHkiOiJidWNrZXQ9JHtidWNrZXR9Jm9iamVjdD0ke29iamVjdH0ifQ==</Callback>
  </PolicyItem>
</BucketCallbackPolicy>`,
    { query: { policy: '', comp: 'callback' }, word: 'callback-policy' },
  ),
  xml(
    'resourceGroup',
    false,
    '<BucketResourceGroupConfiguration>\n  <ResourceGroupId></ResourceGroupId>\n</BucketResourceGroupConfiguration>',
    { word: 'resource-group' },
  ),
] as const satisfies readonly DocumentKind[]

/** The name of a document. */
export type DocumentName = (typeof DOCUMENTS)[number]['name']

/** A document by its name. */
export function documentKind(name: DocumentName): DocumentKind {
  return DOCUMENTS.find((one) => one.name === name) ?? DOCUMENTS[0]
}
