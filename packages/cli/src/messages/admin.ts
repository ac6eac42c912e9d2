import type { Language } from '../language.js'

/** The texts of `bindery admin`. */
export interface AdminWords {
  readonly usage: string
  readonly flags: string
  readonly done: string
  /** A list without entries. */
  readonly none: string
  readonly secretShownOnce: string
  readonly requestsSkipped: string
  readonly unknownAction: (action: string) => string
}

const ENGLISH: AdminWords = {
  usage: 'Manage accounts, users, access keys, groups, roles and policies of a running server.',
  flags: `Flags of all commands:
  --endpoint URL  address of the server; by default OSS_ENDPOINT,
                  or http://127.0.0.1:9000
  --dir DIR       sign with the root key of this data folder; by default with
                  OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET, or with the
                  root key of ./data
  --json          print the response as one line of JSON
FILE can be - for standard input.

Examples:
  bindery admin user create alice
  bindery admin key create alice
  bindery admin user attach alice AliyunOSSReadOnlyAccess
  bindery admin explain oss:GetObject demo/a.txt --user alice`,
  done: 'Done.',
  none: 'None.',
  requestsSkipped: 'The server answered more requests than it remembers: some are missing here.',
  secretShownOnce: 'The secret is shown only this once. Keep it in a safe place.',
  unknownAction: (action) => `Warning: no feature of this server needs the action ${action}. Check its spelling.`,
}

const CHINESE: AdminWords = {
  usage: '管理运行中服务器的账号、用户、访问密钥、用户组、角色和权限策略。',
  flags: `所有命令通用的参数：
  --endpoint URL  服务器地址；默认取 OSS_ENDPOINT，或 http://127.0.0.1:9000
  --dir DIR       用该数据目录的根密钥签名；默认使用 OSS_ACCESS_KEY_ID 和
                  OSS_ACCESS_KEY_SECRET，或 ./data 的根密钥
  --json          以一行 JSON 输出响应
FILE 可以是 -，表示标准输入。

示例：
  bindery admin user create alice
  bindery admin key create alice
  bindery admin user attach alice AliyunOSSReadOnlyAccess
  bindery admin explain oss:GetObject demo/a.txt --user alice`,
  done: '完成。',
  none: '没有。',
  requestsSkipped: '同时响应的请求超过服务器保留的数量：此处缺少一部分。',
  secretShownOnce: 'Secret 只显示这一次，请妥善保存。',
  unknownAction: (action) => `警告：此服务器没有需要操作 ${action} 的功能，请检查拼写。`,
}

/** The texts of `bindery admin` in a language. */
export function adminWordsIn(language: Language): AdminWords {
  return language === 'zh' ? CHINESE : ENGLISH
}
