/** A number with the English word for what is counted: `1 part`, `1,200 parts`. `many`: several of `one`, if not by an s. */
export function countText(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`
}
