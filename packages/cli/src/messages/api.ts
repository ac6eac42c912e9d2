import type { Language } from '../language.js'

/** The texts of `bindery api`. */
export interface ApiWords {
  readonly usage: string
  readonly required: string
  readonly body: string
}

const ENGLISH: ApiWords = {
  usage: `bindery api [OPERATION] [flags]

Send one request of any operation, and print the response as JSON.
Without OPERATION, lists the operations. Each has a help page: bindery api get-bucket-acl --help
Each field is a flag, by its own name or by the name of its header or query key.

  --bucket BUCKET, -b             bucket of the request
  --key KEY                       key of the request
  --body TEXT|file://FILE|-       document, as XML or JSON, or the bytes of an object
  --output FILE                   file for the data of the response; by default standard output
  --raw                           print the document as the server sent it
  --json                          print the response in one line

Flags for the server and the key are the same as in other commands: bindery help ls

Examples:
  bindery api
  bindery api get-bucket-acl --bucket demo
  bindery api put-bucket-lifecycle --bucket demo --body file://rules.xml
  bindery api list-objects-v2 --bucket demo --prefix logs/ --max-keys 10 --json
`,
  required: 'required',
  body: 'The body, as XML or JSON:',
}

const CHINESE: ApiWords = {
  usage: `bindery api [OPERATION] [flags]

发送任意操作的一个请求，并以 JSON 打印响应。
不带 OPERATION 时列出全部操作。每个操作都有说明：bindery api get-bucket-acl --help
每个字段都有同名的参数，也可以用其请求头或查询参数的名称。

  --bucket BUCKET, -b             Bucket 名称
  --key KEY                       对象的 Key
  --body TEXT|file://FILE|-       XML 或 JSON 文档，或对象的数据
  --output FILE                   保存响应数据的文件；默认写到标准输出
  --raw                           按服务器发送的原样打印文档
  --json                          在一行中打印响应

服务器和密钥的参数与其他命令相同：bindery help ls

示例：
  bindery api
  bindery api get-bucket-acl --bucket demo
  bindery api put-bucket-lifecycle --bucket demo --body file://rules.xml
  bindery api list-objects-v2 --bucket demo --prefix logs/ --max-keys 10 --json
`,
  required: '必需',
  body: '请求体，XML 或 JSON：',
}

/** The texts of `bindery api` in a language. */
export function apiWordsIn(language: Language): ApiWords {
  return language === 'zh' ? CHINESE : ENGLISH
}
