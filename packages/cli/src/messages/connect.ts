import type { Language } from '../language.js'

/** The texts of `bindery connect`. */
export interface ConnectWords {
  readonly clients: string
  /** `command`: as it is called here. */
  readonly usage: (command: string) => string
  /** Comments above a script, without `#`. */
  readonly paste: (needs: string) => string
  readonly needsBucket: (bucket: string) => string
  readonly untested: { readonly noPackage: string; readonly noToolchain: string }
  /** The comment below variables: how a shell takes them over. */
  readonly evaluate: (commandLine: string) => string
  /** After a client in the list. */
  readonly notRun: string
}

const ENGLISH: ConnectWords = {
  clients: 'Programs that use this server, ready to paste:',
  usage: (command) =>
    `Print one: ${command} connect CLIENT. Run one in an empty folder: ${command} connect CLIENT | sh -e`,
  paste: (needs) => `Paste this into a shell, in an empty folder. Needed: ${needs}.`,
  needsBucket: (bucket) => `The bucket must exist. To create it: bindery mb oss://${bucket}`,
  untested: {
    noPackage:
      "Written from the SDK's documentation; Bindery's tests do not run it, because no package registry they use has it.",
    noToolchain:
      "Written from the SDK's documentation; Bindery's tests do not run it, because they lack its toolchain.",
  },
  evaluate: (commandLine) => `To set these variables in your shell: ${commandLine}`,
  notRun: '(not run by tests)',
}

const CHINESE: ConnectWords = {
  clients: '可直接使用的连接示例：',
  usage: (command) => `打印示例：${command} connect CLIENT。在空目录中运行：${command} connect CLIENT | sh -e`,
  paste: (needs) => `请在空目录中将以下内容粘贴到 shell 中运行。需要：${needs}。`,
  needsBucket: (bucket) => `Bucket 必须已存在。创建：bindery mb oss://${bucket}`,
  untested: {
    noPackage: '根据 SDK 文档编写；Bindery 的测试没有运行它，因为测试所用的软件源没有提供该 SDK。',
    noToolchain: '根据 SDK 文档编写；Bindery 的测试没有运行它，因为测试环境没有所需的工具链。',
  },
  evaluate: (commandLine) => `在当前 shell 中设置这些变量：${commandLine}`,
  notRun: '（测试没有运行）',
}

/** The texts of `bindery connect` in a language. */
export function connectWordsIn(language: Language): ConnectWords {
  return language === 'zh' ? CHINESE : ENGLISH
}
