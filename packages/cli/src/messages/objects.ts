import type { Language } from '../language.js'
import { countText } from './count-text.js'

/** The texts of the commands on buckets and objects. Each ends with a line break, unless it is a question. */
export interface ObjectWords {
  readonly created: (bucket: string) => string
  readonly touched: Readonly<Record<'created' | 'changed' | 'skip', (address: string) => string>>
  /** The secret of a key was an argument. */
  readonly secretSeen: string
  /** No result has what the template of `--format` names. */
  readonly unfit: string
  readonly deleted: (address: string) => string
  readonly deletedAll: (outcome: { readonly deleted: number; readonly failed: number }) => string
  /** A document of a bucket was set, or deleted. */
  readonly changed: (document: string, address: string) => string
  readonly removed: (document: string, address: string) => string
  readonly confirmDelete: (address: string) => string
  readonly confirmDeletePattern: (address: string) => string
  /** The next step after a refusal or failure, by its code. */
  readonly advice: Readonly<Record<string, string>>
  /** Failures that the client library finds, by its code. */
  readonly failures: Readonly<Record<string, string>>
}

const ENGLISH: ObjectWords = {
  created: (bucket) => `Created oss://${bucket}.\n`,
  touched: {
    created: (address) => `Created ${address}.\n`,
    changed: (address) => `${address} has the time of now.\n`,
    skip: (address) => `${address} does not exist, and was not created.\n`,
  },
  unfit: 'No result has all names of the template. --json shows what there is.',
  secretSeen:
    'Other users of this machine can see the secret in the arguments. Better: OSS_ACCESS_KEY_SECRET, or a profile.',
  deleted: (address) => `Deleted ${address}.\n`,
  deletedAll: ({ deleted, failed }) =>
    `${countText(deleted, 'object')} deleted${failed === 0 ? '' : `, ${failed} kept`}.\n`,
  confirmDeletePattern: (address) => `Delete every object that matches ${address}? [y/N] `,
  changed: (document, address) => `Changed ${document} of ${address}.\n`,
  removed: (document, address) => `Deleted ${document} of ${address}.\n`,
  confirmDelete: (address) => `Delete every object whose address begins with ${address}? [y/N] `,
  advice: {
    NoSuchBucket: 'List the buckets: bindery ls',
    NoSuchKey: 'List what is in the bucket: bindery ls oss://BUCKET --recursive',
    BucketNotEmpty:
      'Delete its objects (bindery rm --recursive oss://BUCKET/), versions (bindery ls --versions) and open uploads first.',
    BucketAlreadyExists: 'Choose another name: this one belongs to another account.',
    InvalidAccessKeyId: 'Check OSS_ACCESS_KEY_ID, or name the data folder of the server with --dir.',
    SignatureDoesNotMatch: 'Check OSS_ACCESS_KEY_SECRET and --region.',
    AccessDenied: 'Ask the owner of the bucket for the permission, or use another key.',
    RequestTimeTooSkewed: 'Set the clock of this machine.',
    FileAlreadyExists: 'The object was kept. Run it without --no-overwrite to replace it.',
    NoSuchUpload: 'It was completed or aborted. Run the command again; it starts at the beginning.',
    NotDeleted: 'A retention policy or a legal hold may keep it.',
    InvalidObjectState: 'The object is archived. Restore it first.',
  },
  failures: {
    SourceChanged:
      'the file changed while it was read, so nothing was completed. Run it again when nothing writes to it',
    SourceKept:
      'it was written again while it was moved: the target is complete, and the source was not deleted. Run it again',
    ChecksumMismatch: 'the bytes changed on the way. Run it again',
    TransferLocked: 'another process transfers the same file to the same key. Wait for it, or stop it',
    SizeMismatch: 'the source has another length than announced, so nothing was stored',
    Stalled: 'the server stopped answering. Run it again; it continues where it stopped',
    FileError: 'the file system refused',
    FileExists: 'the file exists and was kept. Run it without --no-overwrite to replace it',
    NothingToResume:
      'there is no interrupted upload of this file, as it is now, to continue. Run it without --resume require',
    InvalidOption: 'the arguments do not fit together',
  },
}

const CHINESE: ObjectWords = {
  created: (bucket) => `已创建 oss://${bucket}。\n`,
  touched: {
    created: (address) => `已创建 ${address}。\n`,
    changed: (address) => `${address} 的时间已更新为现在。\n`,
    skip: (address) => `${address} 不存在，未创建。\n`,
  },
  unfit: '没有结果含有模板中的全部名称。可用 --json 查看有哪些名称。',
  secretSeen: '本机的其他用户可以从命令参数中看到 Secret。请改用 OSS_ACCESS_KEY_SECRET 或 Profile。',
  deleted: (address) => `已删除 ${address}。\n`,
  deletedAll: ({ deleted, failed }) => `已删除 ${deleted} 个对象${failed === 0 ? '' : `，${failed} 个未删除`}。\n`,
  confirmDeletePattern: (address) => `删除与 ${address} 匹配的全部对象？[y/N] `,
  changed: (document, address) => `已更改 ${address} 的 ${document}。\n`,
  removed: (document, address) => `已删除 ${address} 的 ${document}。\n`,
  confirmDelete: (address) => `删除地址以 ${address} 开头的全部对象？[y/N] `,
  advice: {
    NoSuchBucket: '列出 Bucket：bindery ls',
    NoSuchKey: '列出 Bucket 中的内容：bindery ls oss://BUCKET --recursive',
    BucketNotEmpty:
      '请先删除其中的对象（bindery rm --recursive oss://BUCKET/）、版本（bindery ls --versions）和未完成的上传。',
    BucketAlreadyExists: '请换一个名字：该名字属于其他账号。',
    InvalidAccessKeyId: '请检查 OSS_ACCESS_KEY_ID，或用 --dir 指定服务器的数据目录。',
    SignatureDoesNotMatch: '请检查 OSS_ACCESS_KEY_SECRET 和 --region。',
    AccessDenied: '请向 Bucket 的拥有者申请权限，或使用其他密钥。',
    RequestTimeTooSkewed: '请校准本机时钟。',
    FileAlreadyExists: '已保留原对象。如需覆盖，请去掉 --no-overwrite。',
    NoSuchUpload: '该上传已完成或已取消。重新运行命令即可重新开始。',
    NotDeleted: '可能受合规保留策略或法律保留的保护。',
    InvalidObjectState: '对象已归档，请先解冻。',
  },
  failures: {
    SourceChanged: '文件在读取过程中发生了变化，没有完成上传。请在没有程序写入时重新运行',
    SourceKept: '移动过程中源对象被重新写入：目标已完成，源没有删除。请重新运行',
    ChecksumMismatch: '数据在传输过程中发生改变。请重新运行',
    TransferLocked: '另一个进程正在将同一文件传输到同一 Key。请等待其完成，或先停止该进程',
    SizeMismatch: '源的长度与声明的长度不同，没有存储任何内容',
    Stalled: '服务器停止响应。请重新运行，命令会从中断处继续',
    FileError: '文件系统拒绝了操作',
    FileExists: '文件已存在，未覆盖。如需覆盖，请去掉 --no-overwrite',
    NothingToResume: '该文件（当前内容）没有可以续传的上传。请去掉 --resume require 后重新运行',
    InvalidOption: '参数之间互相冲突',
  },
}

/** The texts of the commands on buckets and objects in a language. */
export function objectWordsIn(language: Language): ObjectWords {
  return language === 'zh' ? CHINESE : ENGLISH
}
