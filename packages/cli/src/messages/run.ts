import type { Language } from '../language.js'

/** The texts of `bindery run`. */
export interface RunWords {
  readonly failed: (line: number, text: string, exit: number) => string
  readonly summary: (commands: number, failed: number) => string
  readonly stopping: string
  /** `command`: how this command is called here. */
  readonly notRun: (file: string, line: number, command: string) => string
}

const ENGLISH: RunWords = {
  failed: (line, text, exit) => `line ${line} ended with exit code ${exit}: ${text}`,
  summary: (commands, failed) =>
    `${commands === 1 ? '1 command' : `${commands} commands`}${failed === 0 ? '' : `, ${failed} failed`}`,
  stopping: 'Stopping after the running commands. A second Ctrl-C stops at once.',
  notRun: (file, line, command) =>
    `Line ${line} and those after it were not run. To run them: tail -n +${line} ${file} | ${command} run -`,
}

const CHINESE: RunWords = {
  failed: (line, text, exit) => `第 ${line} 行的退出码为 ${exit}：${text}`,
  summary: (commands, failed) => `${commands} 条命令${failed === 0 ? '' : `，失败 ${failed} 条`}`,
  stopping: '正在等待运行中的命令结束后停止。再按一次 Ctrl-C 立即停止。',
  notRun: (file, line, command) => `第 ${line} 行及之后没有运行。继续：tail -n +${line} ${file} | ${command} run -`,
}

/** The texts of `bindery run` in a language. */
export function runWordsIn(language: Language): RunWords {
  return language === 'zh' ? CHINESE : ENGLISH
}
