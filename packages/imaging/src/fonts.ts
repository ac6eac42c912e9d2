/** OSS's names of fonts, each with the families that stand for it, the likeliest first. */
const FAMILIES: Readonly<Record<string, string>> = {
  'wqy-zenhei': 'WenQuanYi Zen Hei, Noto Sans CJK SC, DejaVu Sans, sans-serif',
  'wqy-microhei': 'WenQuanYi Micro Hei, Noto Sans CJK SC, DejaVu Sans, sans-serif',
  fangzhengshusong: 'FZShuSong, Noto Serif CJK SC, DejaVu Serif, serif',
  fangzhengkaiti: 'FZKai, AR PL UKai CN, Noto Serif CJK SC, DejaVu Serif, serif',
  fangzhengheiti: 'FZHei, WenQuanYi Zen Hei, Noto Sans CJK SC, DejaVu Sans, sans-serif',
  fangzhengfangsong: 'FZFangSong, Noto Serif CJK SC, DejaVu Serif, serif',
  droidsansfallback: 'Droid Sans Fallback, Noto Sans CJK SC, DejaVu Sans, sans-serif',
}

/** Whether OSS has a font of this name. */
export function isFont(name: string): boolean {
  return Object.hasOwn(FAMILIES, name)
}

/** Families of a font that isFont knows; those that are not installed are passed over. */
export function familiesOf(name: string): string {
  return FAMILIES[name] ?? 'sans-serif'
}
