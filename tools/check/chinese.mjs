// The words of the Chinese texts: one word per concept, that of Alibaba Cloud's documentation, and pages that keep to their
// English originals.

const HAN = String.raw`\p{Script=Han}`

/** Words that another one replaces, and what to write. A server is 服务器; 服务 is what a vendor provides, or the act of serving. */
const WORDS = [
  [/服务端/u, '写“服务器”、“服务器端加密”'],
  [
    /(?<!托管|云|提供|中断|所有|OSS |S3 |第三方)服务(?!端|器|商|单元|容器|管理器|等级)/u,
    '进程和机器写“服务器”；“服务”只用于云服务、托管服务、提供服务',
  ],
  [/应答/u, '写“响应”'],
  [/存储空间|存储桶|(?<!水)桶/u, '写“Bucket”'],
  [/账户/u, '写“账号”'],
  [/符号链接/u, '写“软链接”'],
  [/端点/u, '写“Endpoint”'],
  [/区域(?!设置)/u, '写“地域”'],
  [/分块(?!传输)|切片|片段/u, '写“分片”'],
  [/检查点/u, '写“断点记录”'],
  [/控制操作/u, '写“管控操作”'],
  [/用户元数据/u, '写“自定义元数据”'],
  [/内嵌策略/u, '写“内联策略”'],
  [/授权策略/u, 'RAM 的写“权限策略”，Bucket 的写“Bucket Policy”'],
  [/配置档案|配置档/u, '写“Profile”'],
  [/中止(?:了)?上传|上传被中止|终止上传/u, '写“取消上传”'],
  [/标头/u, '写“请求头”、“响应头”'],
  [/存储类别/u, '写“存储类型”'],
  [/凭据/u, '写“凭证”'],
  [/版本管理/u, '写“版本控制”'],
]

/** Form: Chinese punctuation between Chinese words, a space between Chinese and Latin words. */
const FORM = [
  [new RegExp(`${HAN}[,;?!](?:\\s|${HAN}|$)`, 'u'), '用全角标点'],
  [new RegExp(`${HAN}: ?${HAN}`, 'u'), '用全角冒号'],
  [new RegExp(`${HAN}[A-Za-z]{2,}|[A-Za-z]{2,}${HAN}`, 'u'), '中文与英文之间加空格'],
  [/[，。；：、！？（]\s+\p{Script=Han}/u, '全角标点之后不加空格'],
  [new RegExp(`${HAN} +${HAN}`, 'u'), '中文之间不加空格'],
]

const PAGE = /\.zh-CN\.md$/
const TEXTS = /^packages\/(?:cli\/src\/messages|console\/src\/words)\//

/**
 * Words and forms of the lists above in the Chinese pages and the texts of the command and the console, as
 * `path:line: “word”: advice`.
 * @param {{ path: string, text: string }[]} files
 * @returns {string[]}
 */
export function checkChinese(files) {
  return files
    .filter(({ path }) => PAGE.test(path) || (TEXTS.test(path) && !path.endsWith('.test.ts')))
    .flatMap(({ path, text }) =>
      proseOf(path, text).flatMap((line, index) =>
        [...WORDS, ...FORM].flatMap(([pattern, advice]) => {
          const found = line.match(pattern)?.[0]
          return found === undefined ? [] : [`${path}:${index + 1}: “${found}”: ${advice}`]
        }),
      ),
    )
}

/** The lines of a file, empty where they are code, and with `` for spans of code. */
function proseOf(path, text) {
  const lines = text.split('\n')
  if (!PAGE.test(path))
    return lines.map((line) => (/\p{Script=Han}/u.test(line) ? line.replace(/\$\{[^}]*\}/g, '…') : ''))
  let isCode = false
  return lines.map((line) => {
    const isFence = line.startsWith('```')
    if (isFence) isCode = !isCode
    return isFence || isCode ? '' : line.replace(/`[^`]*`/g, '``').replace(/\]\([^)]*\)/g, ']')
  })
}

/**
 * English pages whose Chinese page has other numbers of headings, rows or list items, or other spans of code.
 * @param {{ path: string, text: string }[]} pages
 * @returns {string[]}
 */
export function checkTranslations(pages) {
  return pages
    .filter(({ path }) => !PAGE.test(path))
    .flatMap(({ path, text }) => {
      const translated = pages.find((page) => page.path === path.replace(/\.md$/, '.zh-CN.md'))
      if (translated === undefined) return []
      const [english, chinese] = [partsOf(text), partsOf(translated.text)]
      return Object.entries(english).flatMap(([part, own]) => {
        const missing = difference(own, chinese[part])
        const extra = difference(chinese[part], own)
        return [
          ...missing.map((entry) => `${translated.path}:1: it lacks the ${part} ${entry} of the English page`),
          ...extra.map((entry) => `${translated.path}:1: the English page lacks its ${part} ${entry}`),
        ]
      })
    })
}

/** Content that both languages share: levels of headings, rows and items in their order, and the set of spans of code. */
function partsOf(text) {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '')
  const numbered = (pattern, name) => [...prose.matchAll(pattern)].map((match, index) => `${index + 1}${name(match)}`)
  return {
    heading: numbered(/^(#+) /gm, ([, level]) => ` (${level})`),
    row: numbered(/^\|.*\|$/gm, ([row]) => ` (${row.split('|').length - 2} columns)`),
    item: numbered(/^\s*(?:-|\d+\.) /gm, () => ''),
    code: [...new Set([...prose.matchAll(/`[^`\n]+`/g)].map(([span]) => span))],
  }
}

function difference(one, other) {
  return one.filter((entry) => !other.includes(entry))
}
