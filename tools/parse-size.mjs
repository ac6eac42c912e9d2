const UNITS = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** The bytes of `1g`, `300m`, `64k` or a number. @param {string} text */
export function parseSize(text) {
  const [, number, unit = ''] = text.toLowerCase().match(/^(\d+)([kmg]?)$/) ?? []
  if (number === undefined) throw new Error(`${text} is not a size: write 1g, 300m, 64k or a number of bytes`)
  return Number(number) * UNITS[unit]
}
