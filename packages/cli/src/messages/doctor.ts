import type { CheckFacts, CheckKind, Verdict } from '../doctor/checks.js'
import type { Language } from '../language.js'
import { countText } from './count-text.js'
import { sizeText } from './maintenance-words.js'

/** The texts of `bindery doctor`. A sentence about a problem includes the remedy. */
export interface DoctorWords {
  readonly verdicts: { readonly [V in Verdict]: string }
  readonly results: { readonly [K in CheckKind]: (facts: CheckFacts[K]) => string }
}

const ENGLISH: DoctorWords = {
  verdicts: { ok: 'ok', note: 'note', problem: 'problem' },
  results: {
    endpoint: ({ endpoint }) => `the server answers at ${endpoint}`,
    silent: ({ endpoint }) =>
      `no Bindery answers at ${endpoint}. Check the address, the scheme, its certificate, and that it runs.`,
    ready: () => 'it is ready, and its disk has space',
    unready: ({ reason }) => `it is not ready: ${reason}. Read its log.`,
    diskScarce: ({ uploads, freeBytes, reserveBytes }) =>
      `its disk has ${sizeText(freeBytes)} left, and --reserve keeps ${sizeText(reserveBytes)} of it: uploads are ${uploads}. Free some space, or start the server with a smaller --reserve.`,
    clock: () => 'its clock agrees with that of this machine',
    clockOff: ({ seconds }) =>
      `its clock differs from that of this machine by ${seconds} s; signatures are refused beyond 900 s. Synchronise both.`,
    signature: ({ version }) => `it accepts the key with OSS signature ${version}`,
    signatureRefused: ({ version, code, message }) =>
      `it refuses the key with signature ${version}: ${code}: ${message} Check key, secret and region.`,
    pathStyle: ({ host }) =>
      `${host} is an IP address: SDKs put the bucket into the path; ali-oss needs sldEnable, S3 clients path style`,
    hostStyle: ({ name }) => `${name} resolves: the bucket may be in the host, if --domains has its domain`,
    hostUnresolved: ({ name }) =>
      `${name} does not resolve: clients that put the bucket into the host fail. Use an IP address or path style, or add a DNS entry.`,
    bucketMissing: ({ bucket, code }) => `the CORS rules of ${bucket} cannot be read: ${code}`,
    cors: ({ bucket }) => `${bucket} has CORS rules that expose ETag`,
    corsAbsent: ({ bucket }) => `${bucket} has no CORS rules: browsers of other origins are refused`,
    corsHidesETag: ({ bucket }) =>
      `the CORS rules of ${bucket} do not expose ETag: multipart uploads of browsers fail. Add it to ExposeHeader.`,
    region: ({ region }) => `requests are signed for its region, ${region}`,
    regionOther: ({ bucket, region, location }) =>
      `${bucket} is in ${location}, but requests are signed for ${region}. Set OSS_REGION, or --region.`,
    leftovers: ({ count, address, oldest }) =>
      `${countText(count, 'upload')} from this machine ${count === 1 ? 'is' : 'are'} interrupted, the oldest to ${address}, since ${oldest}. Run the command again to continue, or abort: bindery mpu ls`,
  },
}

const CHINESE: DoctorWords = {
  verdicts: { ok: '正常', note: '注意', problem: '问题' },
  results: {
    endpoint: ({ endpoint }) => `服务器在 ${endpoint} 有响应`,
    silent: ({ endpoint }) => `${endpoint} 没有响应的 Bindery。请检查地址、协议、证书，以及服务器是否在运行。`,
    ready: () => '服务器已就绪，磁盘空间充足',
    unready: ({ reason }) => `服务器没有就绪：${reason}。请查看日志。`,
    diskScarce: ({ uploads, freeBytes, reserveBytes }) =>
      `磁盘剩余 ${sizeText(freeBytes)}，其中 --reserve 保留 ${sizeText(reserveBytes)}：${uploads === 'refused' ? '上传已被拒绝' : '上传即将被拒绝'}。请释放空间，或者启动服务器时把 --reserve 调小。`,
    clock: () => '服务器的时钟与本机一致',
    clockOff: ({ seconds }) => `服务器的时钟与本机相差 ${seconds} 秒；超过 900 秒时签名会被拒绝。请校准时钟。`,
    signature: ({ version }) => `服务器接受该密钥的 ${version} 签名`,
    signatureRefused: ({ version, code, message }) =>
      `服务器拒绝该密钥的 ${version} 签名：${code}：${message} 请检查 AccessKey ID、AccessKey Secret 和地域。`,
    pathStyle: ({ host }) =>
      `${host} 是 IP 地址：SDK 把 Bucket 放在路径里；ali-oss 需要 sldEnable，S3 客户端需要路径形式`,
    hostStyle: ({ name }) => `${name} 可以解析：--domains 含有该域名时，Bucket 可以放在域名里`,
    hostUnresolved: ({ name }) =>
      `${name} 无法解析：把 Bucket 放在域名里的客户端会失败。请使用 IP 地址或路径形式，或添加 DNS 记录。`,
    bucketMissing: ({ bucket, code }) => `无法读取 ${bucket} 的 CORS 规则：${code}`,
    cors: ({ bucket }) => `${bucket} 的 CORS 规则暴露了 ETag`,
    corsAbsent: ({ bucket }) => `${bucket} 没有 CORS 规则：浏览器会拒绝其他来源的网页`,
    corsHidesETag: ({ bucket }) =>
      `${bucket} 的 CORS 规则没有暴露 ETag：浏览器的分片上传会失败。请把它加入 ExposeHeader。`,
    region: ({ region }) => `请求按其地域 ${region} 签名`,
    regionOther: ({ bucket, region, location }) =>
      `${bucket} 位于 ${location}，但请求按 ${region} 签名。请设置 OSS_REGION 或 --region。`,
    leftovers: ({ count, address, oldest }) =>
      `本机有 ${count} 个中断的上传，最早的是 ${oldest} 开始的 ${address}。重新运行原命令可以续传，也可以取消：bindery mpu ls`,
  },
}

/** The texts of `bindery doctor` in a language. */
export function doctorWordsIn(language: Language): DoctorWords {
  return language === 'zh' ? CHINESE : ENGLISH
}
