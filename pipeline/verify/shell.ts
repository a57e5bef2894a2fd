// What the configuration names, put into shell scripts so that a shell reads it as one word.

/** Single-quoted for a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** A command of the configuration, run by root's shell; it can't read what comes after it in the script. */
export function asRoot(command: string): string {
  return `sudo -n sh -c ${quoted(command)} </dev/null`
}
