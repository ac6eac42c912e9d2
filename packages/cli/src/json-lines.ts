import type { CommandName } from './command.js'

/**
 * The lines that `--json` prints, by command. A form is `NAME=VALUE` of the field by which the line is recognized, or nothing, and its other
 * fields with their types: `text`, `number`, `boolean`, `time` (ISO 8601, UTC), `object` and `list`. A field with `?` may be absent, one
 * whose name ends with `!` may be null; `…` stands for further fields.
 */
export type LineForm = string

/** A command that fails prints this as its last line. */
export const FAILURE_LINE: LineForm = 't=error kind:text text:text exit:number …'

const PLACES = 'from:text to:text'
const FAILED_ITEM = 'code?:text message?:text requestId?:text ec?:text'
const SUMMARY =
  't=summary files:number bytes:number reusedBytes:number skipped:number failed:number deleted?:number retries:number seconds:number exit:number'

/** The lines of the commands that transfer objects. */
const TRANSFERS: readonly LineForm[] = [
  `t=planned ${PLACES} size?:number`,
  `t=start ${PLACES} size?:number`,
  `t=part ${PLACES} partNumber:number offset:number size:number state:text sent:number attempt:number ms?:number etag?:text crc64?:text`,
  `t=progress direction?:text from?:text to?:text files:number totalFiles?:number total?:number committed:number inFlight:number resumed:number bytesPerSecond:number etaMs?:number parts?:object`,
  `t=retry ${PLACES} partNumber:number attempt:number code?:text`,
  `t=skip from:text to?:text code:text`,
  `t=done ${PLACES} size:number reusedBytes:number parts?:number reusedParts?:number retries?:number etag?:text crc64?:text versionId?:text requestId?:text`,
  `t=error from:text to?:text ${FAILED_ITEM}`,
  SUMMARY,
]

/** Further lines of commands that delete from a target. */
const DELETIONS: readonly LineForm[] = ['t=delete to:text', 't=deleted to:text']

const ADDRESS = 'bucket:text key:text profile?:text'
const ITEM_ERROR: LineForm = `t=error ${ADDRESS} code?:text message?:text ec?:text requestId?:text text?:text exit?:number`
const OBJECT = 'key:text size:number etag:text lastModified:time storageClass:text type:text'
const BUCKET = 'kind=bucket name:text location:text created:time storageClass:text'
const REPORT: LineForm = '…'
const UPLOAD = 'bucket:text key:text uploadId:text'
const MAP: LineForm = `kind=map ${UPLOAD} partCount:number bytes:number runs:list gaps:list …`
const UPLOAD_LINE: LineForm = `kind=upload ${UPLOAD} initiated:time parts:number bytes:number …`

/** The forms of the lines of each command. */
export const JSON_LINES: Readonly<Record<CommandName, readonly LineForm[]>> = {
  serve: ['endpoint:text …'],
  connect: ['client:text title:text script?:text'],
  env: ['OSS_ENDPOINT?:text AWS_ENDPOINT_URL?:text …'],
  health: ['status:text …'],
  doctor: ['verdict:text kind:text facts:object'],
  fsck: [REPORT],
  backup: [REPORT],
  migrate: [REPORT],
  upgrade: [REPORT],
  keys: ['id:text …'],
  mb: ['t=created bucket:text'],
  rb: [
    't=deleted bucket:text key?:text versionId?:text',
    't=error bucket:text key:text versionId?:text code:text message:text',
  ],
  ls: [
    BUCKET,
    'kind=prefix prefix:text bucket:text',
    `kind=object ${OBJECT} bucket:text`,
    'kind=version key:text versionId:text isLatest:boolean lastModified:time size:number etag:text storageClass:text bucket:text',
    'kind=deleteMarker key:text versionId:text isLatest:boolean lastModified:time bucket:text',
    UPLOAD_LINE,
  ],
  stat: [
    `${BUCKET} acl:text owner:text versioning?:text …`,
    'kind=object bucket:text key:text size:number etag:text lastModified:time storageClass:text type:text meta:object crc64?:text contentType?:text cacheControl?:text contentDisposition?:text contentEncoding?:text contentLanguage?:text expires?:text tags?:text restore?:text expiration?:text encryption?:text retention?:text retainUntil?:text symlinkTarget?:text versionId?:text',
  ],
  cat: [`t=done bucket:text key:text bytes:number`],
  rm: [
    't=delete bucket:text key:text versionId?:text',
    't=deleted bucket:text key:text profile?:text versionId?:text',
    't=error bucket:text key:text versionId?:text code:text message:text',
    't=summary deleted:number failed:number exit:number',
  ],
  cp: TRANSFERS,
  mv: TRANSFERS,
  sync: [...TRANSFERS, ...DELETIONS],
  mirror: [...TRANSFERS, ...DELETIONS],
  put: TRANSFERS,
  touch: [`t=created ${ADDRESS}`, `t=changed ${ADDRESS}`, `t=skip ${ADDRESS}`],
  du: ['kind:text group!:text count:number bytes:number total?:boolean uploads?:object'],
  tree: [
    'kind=folder depth:number bucket:text key:text',
    'kind=object depth:number bucket:text key:text size:number',
    'kind=summary objects:number bytes:number folders:number',
  ],
  find: [
    'kind=file address:text name:text size:number modified:time',
    'kind=object address:text name:text size:number modified:time class:text etag:text',
  ],
  diff: [
    't=difference kind:text name:text size:number otherSize?:number',
    't=summary same:number differ:number onlyFirst:number onlySecond:number exit:number',
  ],
  hash: [
    't=summary isSame:boolean exit:number',
    'place:text size:number crc64?:text md5?:text contentMd5?:text sha256?:text etag?:text',
  ],
  mkdir: ['t=created bucket:text key:text'],
  append: ['t=done bucket:text key:text appended:number size:number'],
  symlink: ['t=created bucket:text key:text target:text'],
  'set-props': [`t=changed ${ADDRESS}`, `t=planned ${ADDRESS}`, ITEM_ERROR],
  tag: [`kind=tags ${ADDRESS} tags:object`],
  mpu: [
    UPLOAD_LINE,
    'kind=part partNumber:number size:number etag:text lastModified:time …',
    MAP,
    'kind=sum bucket:text prefix:text uploads:number parts:number bytes:number oldest?:time',
    `t=planned ${UPLOAD} …`,
    `t=aborted ${UPLOAD} parts:number bytes:number`,
    't=summary uploads:number bytes:number kept:number exit:number',
    `t=done ${UPLOAD} parts:number size:number etag:text …`,
    `t=ended ${UPLOAD}`,
    't:text …',
  ],
  restore: [`t=restoring ${ADDRESS} …`, `t=planned ${ADDRESS}`, ITEM_ERROR, REPORT],
  bucket: [
    'kind=document document:text actions:list',
    't=changed document:text bucket:text key:text',
    't=deleted document:text bucket:text key:text',
    REPORT,
  ],
  presign: [
    'url:text method:text expires:time bucket:text key:text',
    `${UPLOAD} partSize:number parts:list complete:text abort:text expires:time`,
  ],
  admin: [REPORT],
  api: ['command:text operation:text summary:text', 'status:number requestId:text headers:object body?:object …'],
  config: ['name:text file:text …', 'name:text setting:text value:text', 'option:text value!:text source:object'],
  profile: ['name:text file:text …'],
  completion: [],
  run: ['t=failed line:number command:text exit:number', 't=summary commands:number failed:number exit:number', REPORT],
  probe: ['t=step step:text isOk:boolean ms:number …'],
  bench: ['phase:text requests:number bytes:number seconds:number p50:number p99:number'],
  help: ['name:text synopsis:text summary:text details:list flags:list examples:list'],
  version: ['version:text'],
}

const IS_TYPE: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  time: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  list: (value) => Array.isArray(value),
}

/** Whether a line has a form: all of its fields with their types, and no others unless the form leaves them open. */
export function hasForm(line: Readonly<Record<string, unknown>>, form: LineForm): boolean {
  const known = new Set<string>()
  for (const word of form.split(' ')) {
    if (word === '…') continue
    const [, name = '', mark, sign, rest = ''] = /^(\w+)([?!]?)([=:])(\w+)$/.exec(word) ?? []
    known.add(name)
    const value = line[name]
    const isLacking = value === undefined ? mark === '?' : value === null && mark === '!'
    if (!isLacking && !(sign === '=' ? value === rest : IS_TYPE[rest]?.(value))) return false
  }
  return form.endsWith('…') || Object.keys(line).every((name) => known.has(name))
}
