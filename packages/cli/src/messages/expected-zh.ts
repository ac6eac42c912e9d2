/** The values that options take, in Chinese. A text that is only values, such as `en, zh`, stays as it is. */
const EXPECTED: Readonly<Record<string, string>> = {
  'a text': '文本',
  'a region name without oss-, such as cn-hangzhou': '不带 oss- 的地域名，例如 cn-hangzhou',
  'host names such as oss.example,s3.example': '主机名，例如 oss.example,s3.example',
  'a URL such as https://oss.example or http://10.0.0.1:9000': 'URL，例如 https://oss.example 或 http://10.0.0.1:9000',
  'loopback, addresses and networks, such as loopback,10.0.0.0/8': 'loopback、地址和网段，例如 loopback,10.0.0.0/8',
  'loopback, unix, addresses and networks, such as loopback,10.0.0.0/8':
    'loopback、unix、地址和网段，例如 loopback,10.0.0.0/8',
  'a URL such as https://audit.example/bindery, without a user and password':
    'URL，例如 https://audit.example/bindery，不含用户名和密码',
  'permissions such as 660 or 600': '权限，例如 660 或 600',
  'a name of 3-63 lower-case letters, digits and hyphens, such as a-bucket':
    '由 3-63 个小写字母、数字和连字符组成的名称，例如 a-bucket',
  'names of 3-63 lower-case letters, digits and hyphens, with an ACL (private, public-read, public-read-write) behind a colon if needed, such as a-bucket,b-bucket:public-read':
    '由 3-63 个小写字母、数字和连字符组成的名称，必要时在冒号后写 ACL（private、public-read、public-read-write），例如 a-bucket,b-bucket:public-read',
  '0, or a size such as 4MiB or 1GiB, at most 1024TiB': '0，或者大小，例如 4MiB 或 1GiB，最大 1024TiB',
  'auto, 0, or a size such as 4MiB or 1GiB, at most 1024TiB': 'auto、0，或者大小，例如 4MiB 或 1GiB，最大 1024TiB',
  'a time such as 500ms, 30s, 5m or 1h, at most 596h': '时间，例如 500ms、30s、5m 或 1h，最多 596h',
  'the name of a role': '角色名',
  'a URL such as postgres://bindery@db.example/bindery': 'URL，例如 postgres://bindery@db.example/bindery',
  'a folder, or s3://BUCKET/PREFIX?endpoint=URL with a URL that has no user and password':
    '目录，或 s3://BUCKET/PREFIX?endpoint=URL，其中的 URL 不含用户名和密码',
  'loopback, host names, *.suffixes and networks, such as loopback,*.example,10.0.0.0/8':
    'loopback、主机名、*.后缀和网段，例如 loopback,*.example,10.0.0.0/8',
  'domains and *.suffixes, such as files.example,*.example': '域名和 *.后缀，例如 files.example,*.example',
  'true or false': 'true 或 false',
  'letters, digits and . _ = -': '字母、数字和 . _ = -',
}

/** The kinds of values, in texts of the form “a size such as 8MiB or 1GiB, from 100KiB to 5GiB”. */
const NOUNS: Readonly<Record<string, string>> = {
  'a size': '大小',
  'a time': '时间',
  'a rule': '规则',
  'a range': '范围',
  'a pair': '名称和值',
  'a condition': '条件',
  'a header': '请求头',
  tags: '标签',
}

/** The values that an option takes, as a Chinese sentence lists them. */
export function expectedInChinese(expected: string): string {
  const [, min, max] = /^a number from (\d+) to (\d+)$/.exec(expected) ?? []
  if (min !== undefined) return `${min} 到 ${max} 之间的整数`
  const [, noun = '', examples = '', least, most] =
    /^(.+?) such as (.+?)(?:, from (\w+) to (\w+))?$/.exec(expected) ?? []
  const word = NOUNS[noun]
  if (EXPECTED[expected] !== undefined || word === undefined) return EXPECTED[expected] ?? expected
  const list = examples.replaceAll(', ', '、').replaceAll(' or ', ' 或 ')
  return `${word}，例如 ${list}${least === undefined ? '' : `，从 ${least} 到 ${most}`}`
}
