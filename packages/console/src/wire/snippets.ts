/** How clients are configured for this server. */

/** The clients, with their titles. */
export const CLIENTS = [
  ['env', 'Bindery, ossutil 2 (environment)'],
  ['ossutil', 'ossutil'],
  ['node', 'Node.js (ali-oss)'],
  ['python', 'Python (oss2)'],
  ['go', 'Go'],
  ['java', 'Java'],
  ['aws', 'AWS CLI, S3 (environment)'],
  ['rclone', 'rclone'],
] as const

/** The name of a client. */
export type ClientName = (typeof CLIENTS)[number][0]

/** The values of a configuration. */
export interface Connection {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly bucket: string
}

/** Text to paste. Ids, secrets and names of buckets have no character that a shell or language would read differently. */
export function snippetFor(client: ClientName, connection: Connection): string {
  const { endpoint, region, accessKeyId: id, accessKeySecret: secret, bucket } = connection
  switch (client) {
    case 'env':
      return `export OSS_ENDPOINT=${endpoint}\nexport OSS_REGION=${region}\nexport OSS_ACCESS_KEY_ID=${id}\nexport OSS_ACCESS_KEY_SECRET=${secret}\nbindery ls oss://${bucket}`
    case 'ossutil':
      return `ossutil ls oss://${bucket} -e ${endpoint} --region ${region} --sign-version v4 -i ${id} -k ${secret}`
    case 'node':
      return `const client = new OSS({\n  endpoint: '${endpoint}',\n  region: 'oss-${region}',\n  accessKeyId: '${id}',\n  accessKeySecret: '${secret}',\n  bucket: '${bucket}',\n  authorizationV4: true,\n  sldEnable: true,\n})`
    case 'python':
      return `auth = oss2.AuthV4('${id}', '${secret}')\nbucket = oss2.Bucket(auth, '${endpoint}', '${bucket}', region='${region}')`
    case 'go':
      return `client, err := oss.New("${endpoint}", "${id}", "${secret}",\n    oss.Region("${region}"), oss.AuthVersion(oss.AuthV4))`
    case 'java':
      return `ClientBuilderConfiguration configuration = new ClientBuilderConfiguration();\nconfiguration.setSignatureVersion(SignVersion.V4);\nOSS client = OSSClientBuilder.create()\n    .endpoint("${endpoint}")\n    .region("${region}")\n    .credentialsProvider(new DefaultCredentialProvider("${id}", "${secret}"))\n    .clientConfiguration(configuration)\n    .build();`
    case 'aws':
      return `export AWS_ENDPOINT_URL=${endpoint}\nexport AWS_REGION=${region}\nexport AWS_ACCESS_KEY_ID=${id}\nexport AWS_SECRET_ACCESS_KEY=${secret}\naws s3 ls s3://${bucket}`
    case 'rclone':
      return `[bindery]\ntype = s3\nprovider = Other\nendpoint = ${endpoint}\nregion = ${region}\naccess_key_id = ${id}\nsecret_access_key = ${secret}\nforce_path_style = true`
  }
}
