/** Has the browser save a text as a file. */
export function saveText(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const element = document.createElement('a')
  element.href = url
  element.download = name
  element.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
