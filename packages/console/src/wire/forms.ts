/** Forms for documents of a bucket: which element each field stands for. */
import { all, type Element, escapeXml, parseXml } from '@bindery/client/xml'
import type { DocumentName } from './document-kinds.js'

/** One field. `path` leads from the root element to its own, with slashes. */
export type Field = {
  readonly name: string
  readonly path: string
  /** An empty value leaves the element out. */
  readonly isOptional?: boolean
} & (
  | {
      readonly kind: 'text'
      readonly pattern?: RegExp
      /** The value is also shown in larger units. */
      readonly unit?: 'bytes'
    }
  | { readonly kind: 'check' }
  | { readonly kind: 'choice'; readonly options: readonly [string, ...string[]] }
  /** An element per line. */
  | { readonly kind: 'lines' }
)

/** A form: its root element and its fields, in the order of the document. */
export interface Form {
  readonly root: string
  readonly fields: readonly Field[]
}

/** Values of a form, by the names of its fields. Lists have a line per element; `true` and `false` stand for checks. */
export type Values = Readonly<Record<string, string>>

const ON = ['true', 'false'] as const
/** A limit; -1 for none. */
const LIMIT = /^(-1|\d{1,10})$/
const NUMBER = /^\d{1,16}$/

const limit = (name: string, path: string): Field => ({ name, path, kind: 'text', isOptional: true, pattern: LIMIT })

/** The forms, by the names of their documents. */
export const FORMS: Readonly<Partial<Record<DocumentName, Form>>> = {
  encryption: {
    root: 'ServerSideEncryptionRule',
    fields: [
      {
        name: 'algorithm',
        path: 'ApplyServerSideEncryptionByDefault/SSEAlgorithm',
        kind: 'choice',
        options: ['AES256', 'SM4', 'KMS'],
      },
      { name: 'keyId', path: 'ApplyServerSideEncryptionByDefault/KMSMasterKeyID', kind: 'text', isOptional: true },
    ],
  },
  website: {
    root: 'WebsiteConfiguration',
    fields: [
      { name: 'index', path: 'IndexDocument/Suffix', kind: 'text' },
      { name: 'subfolders', path: 'IndexDocument/SupportSubDir', kind: 'choice', options: ['false', 'true'] },
      { name: 'error', path: 'ErrorDocument/Key', kind: 'text', isOptional: true },
    ],
  },
  referer: {
    root: 'RefererConfiguration',
    fields: [
      { name: 'allowEmpty', path: 'AllowEmptyReferer', kind: 'check' },
      { name: 'referers', path: 'RefererList/Referer', kind: 'lines' },
    ],
  },
  logging: {
    root: 'BucketLoggingStatus',
    fields: [
      { name: 'targetBucket', path: 'LoggingEnabled/TargetBucket', kind: 'text', pattern: /^[a-z0-9-]{3,63}$/ },
      { name: 'targetPrefix', path: 'LoggingEnabled/TargetPrefix', kind: 'text', isOptional: true },
    ],
  },
  publicAccessBlock: {
    root: 'PublicAccessBlockConfiguration',
    fields: [{ name: 'block', path: 'BlockPublicAccess', kind: 'check' }],
  },
  requestPayment: {
    root: 'RequestPaymentConfiguration',
    fields: [{ name: 'payer', path: 'Payer', kind: 'choice', options: ['BucketOwner', 'Requester'] }],
  },
  accessmonitor: {
    root: 'AccessMonitorConfiguration',
    fields: [{ name: 'status', path: 'Status', kind: 'choice', options: ['Enabled', 'Disabled'] }],
  },
  transferAcceleration: {
    root: 'TransferAccelerationConfiguration',
    fields: [{ name: 'enabled', path: 'Enabled', kind: 'check' }],
  },
  qos: {
    root: 'BucketUserQos',
    fields: [{ name: 'gigabytes', path: 'StorageCapacity', kind: 'text', pattern: /^(-1|\d{1,9})$/ }],
  },
  quota: {
    root: 'QuotaConfiguration',
    fields: [
      { name: 'quotaBytes', path: 'StorageQuota', kind: 'text', pattern: NUMBER, unit: 'bytes' },
      { name: 'quotaMode', path: 'Mode', kind: 'choice', options: ['Strict', 'Warning'] },
      { name: 'quotaObjects', path: 'ExtObjects', kind: 'text', pattern: NUMBER, isOptional: true },
      { name: 'quotaUploads', path: 'ExtUploads', kind: 'text', pattern: NUMBER, isOptional: true },
      { name: 'quotaPartBytes', path: 'ExtPartBytes', kind: 'text', pattern: NUMBER, unit: 'bytes', isOptional: true },
    ],
  },
  qosInfo: {
    root: 'QoSConfiguration',
    fields: [
      limit('uploadBandwidth', 'TotalUploadBandwidth'),
      limit('intranetUploadBandwidth', 'IntranetUploadBandwidth'),
      limit('extranetUploadBandwidth', 'ExtranetUploadBandwidth'),
      limit('downloadBandwidth', 'TotalDownloadBandwidth'),
      limit('intranetDownloadBandwidth', 'IntranetDownloadBandwidth'),
      limit('extranetDownloadBandwidth', 'ExtranetDownloadBandwidth'),
      limit('qps', 'TotalQps'),
      limit('intranetQps', 'IntranetQps'),
      limit('extranetQps', 'ExtranetQps'),
    ],
  },
  httpsConfig: {
    root: 'HttpsConfiguration',
    fields: [
      { name: 'tlsEnabled', path: 'TLS/Enable', kind: 'check' },
      { name: 'tlsVersions', path: 'TLS/TLSVersion', kind: 'lines' },
    ],
  },
  processConfiguration: {
    root: 'BucketProcessConfiguration',
    fields: [
      { name: 'sourceProtect', path: 'SourceFileProtect', kind: 'choice', options: ['Disabled', 'Enabled'] },
      { name: 'sourceSuffixes', path: 'SourceFileProtectSuffix', kind: 'text', isOptional: true },
      {
        name: 'styleDelimiters',
        path: 'StyleDelimiters',
        kind: 'text',
        isOptional: true,
        pattern: /^[-_/!](,[-_/!]){0,3}$/,
      },
    ],
  },
  userDefinedLogFieldsConfig: {
    root: 'UserDefinedLogFieldsConfiguration',
    fields: [
      { name: 'logHeaders', path: 'HeaderSet/header', kind: 'lines' },
      { name: 'logParameters', path: 'ParamSet/parameter', kind: 'lines' },
    ],
  },
  bucketArchiveDirectRead: {
    root: 'ArchiveDirectReadConfiguration',
    fields: [{ name: 'directRead', path: 'Enabled', kind: 'check' }],
  },
  resourceGroup: {
    root: 'BucketResourceGroupConfiguration',
    fields: [{ name: 'group', path: 'ResourceGroupId', kind: 'text', isOptional: true }],
  },
}

/** The values of a document; undefined where it has elements that the form does not show, which saving would lose. */
export function valuesIn(document: string, { root, fields }: Form): Values | undefined {
  const element = parseXml(document)
  if (element.name !== root || !isCovered(element, '', fields)) return undefined
  return Object.fromEntries(fields.map((field) => [field.name, valueAt(element, field)]))
}

function valueAt(element: Element, field: Field): string {
  let found: readonly Element[] = [element]
  for (const name of field.path.split('/')) found = found.flatMap((one) => all(one, name))
  if (field.kind === 'lines') return found.map(({ text }) => text).join('\n')
  return found[0]?.text ?? (field.kind === 'choice' ? field.options[0] : '')
}

function isCovered(element: Element, path: string, fields: readonly Field[]): boolean {
  return [...element.children].every(([name, children]) => {
    const here = path === '' ? name : `${path}/${name}`
    const field = fields.find((one) => one.path === here)
    if (field !== undefined) return field.kind === 'lines' || children.length === 1
    const isAbove = fields.some((one) => one.path.startsWith(`${here}/`))
    return isAbove && children.length === 1 && children.every((child) => isCovered(child, here, fields))
  })
}

/** The document of a form. */
export function documentOf({ root, fields }: Form, values: Values): string {
  const open: string[] = []
  let text = `<${root}>`
  const close = (depth: number) => {
    while (open.length > depth) text += `</${open.pop()}>`
  }
  for (const field of fields) {
    const value = values[field.name] ?? ''
    const items = field.kind === 'lines' ? value.split('\n').filter((line) => line.trim() !== '') : [value]
    if (field.isOptional === true && value === '') continue
    const names = field.path.split('/')
    const leaf = names.pop() ?? ''
    const shared = names.findIndex((name, index) => open[index] !== name)
    close(shared === -1 ? names.length : shared)
    for (const name of names.slice(open.length)) {
      open.push(name)
      text += `<${name}>`
    }
    for (const item of items) text += `<${leaf}>${escapeXml(item.trim())}</${leaf}>`
  }
  close(0)
  return `${text}</${root}>`
}

/** Whether a value can be saved. The server checks the rest. */
export function isValid(field: Field, value: string): boolean {
  if (field.kind === 'check') return (ON as readonly string[]).includes(value)
  if (field.kind !== 'text') return true
  if (value === '') return field.isOptional === true
  return field.pattern?.test(value) ?? true
}
