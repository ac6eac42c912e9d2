import type { Language } from '../language.js'
import type { StepFacts, StepName } from '../probe/probe.js'
import { sizeText } from './maintenance-words.js'

/** The texts of `bindery probe`. */
export interface ProbeWords {
  readonly steps: Readonly<Record<StepName, string>>
  readonly facts: (facts: StepFacts) => string
}

const ENGLISH: ProbeWords = {
  steps: {
    name: 'name',
    connection: 'connection',
    tls: 'TLS',
    answer: 'first answer',
    key: 'signed request',
    put: 'PUT 1 KiB',
    get: 'GET 1 KiB',
    delete: 'DELETE',
    upload: 'upload',
    download: 'download',
  },
  facts: (facts) =>
    factsText(facts, {
      validTo: (date) => `certificate valid until ${date}`,
      clock: (seconds) => `its clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'behind'}`,
      slowest: (ms) => `slowest ${ms} ms`,
    }),
}

const CHINESE: ProbeWords = {
  steps: {
    name: '域名解析',
    connection: '建立连接',
    tls: 'TLS 握手',
    answer: '首个响应',
    key: '签名请求',
    put: 'PUT 1 KiB',
    get: 'GET 1 KiB',
    delete: 'DELETE',
    upload: '上传',
    download: '下载',
  },
  facts: (facts) =>
    factsText(facts, {
      validTo: (date) => `证书有效期至 ${date}`,
      clock: (seconds) => `服务器的时钟${seconds > 0 ? '快' : '慢'} ${Math.abs(seconds)} 秒`,
      slowest: (ms) => `最慢 ${ms} ms`,
    }),
}

/** The texts of `bindery probe` in a language. */
export function probeWordsIn(language: Language): ProbeWords {
  return language === 'zh' ? CHINESE : ENGLISH
}

function factsText(
  { addresses, protocol, validTo, status, clockAheadMs = 0, slowestMs, bytesPerSecond }: StepFacts,
  words: {
    readonly validTo: (date: string) => string
    readonly clock: (seconds: number) => string
    readonly slowest: (ms: number) => string
  },
): string {
  return [
    addresses?.join(', '),
    protocol,
    validTo === undefined ? undefined : words.validTo(validTo),
    status === undefined ? undefined : `HTTP ${status}`,
    Math.abs(clockAheadMs) < 2_000 ? undefined : words.clock(clockAheadMs / 1_000),
    slowestMs === undefined ? undefined : words.slowest(slowestMs),
    bytesPerSecond === undefined ? undefined : `${sizeText(bytesPerSecond)}/s`,
  ]
    .filter((fact) => fact !== undefined)
    .join(', ')
}
