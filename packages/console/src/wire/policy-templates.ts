/** Policies for what users most often may do. */

/** The templates, in the order in which they are offered. */
export const TEMPLATES = ['nothing', 'upload', 'read', 'readWrite', 'everything'] as const
/** The name of a template. */
export type Template = (typeof TEMPLATES)[number]

/** The bucket, and the beginning of keys in it; an empty one stands for all keys. */
export interface Scope {
  readonly bucket: string
  readonly prefix: string
}

const UPLOAD = ['oss:PutObject', 'oss:ListParts', 'oss:AbortMultipartUpload', 'oss:ListMultipartUploads']
const READ = ['oss:GetObject', 'oss:GetObjectTagging', 'oss:GetObjectAcl']
const WRITE = [...UPLOAD, ...READ, 'oss:DeleteObject', 'oss:PutObjectTagging']

/** The document of a template; undefined for the one that allows nothing. */
export function policyFor(template: Template, scope: Scope): string | undefined {
  if (template === 'nothing') return undefined
  const statement =
    template === 'everything' ? [{ Effect: 'Allow', Action: '*', Resource: '*' }] : scoped(template, scope)
  return JSON.stringify({ Version: '1', Statement: statement }, undefined, 2)
}

function scoped(template: Exclude<Template, 'nothing' | 'everything'>, { bucket, prefix }: Scope): object[] {
  const actions = { upload: UPLOAD, read: READ, readWrite: WRITE }[template]
  const ofObjects = { Effect: 'Allow', Action: actions, Resource: `acs:oss:*:*:${bucket}/${prefix}*` }
  const ofBucket = {
    Effect: 'Allow',
    Action: template === 'upload' ? ['oss:ListMultipartUploads'] : ['oss:ListObjects', 'oss:ListMultipartUploads'],
    Resource: `acs:oss:*:*:${bucket}`,
    ...(prefix === '' ? {} : { Condition: { StringLike: { 'oss:Prefix': `${prefix}*` } } }),
  }
  return [ofObjects, ofBucket]
}
