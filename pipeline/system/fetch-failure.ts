// Why a fetch failed.

/** fetch says only "fetch failed"; what failed is in its cause. An address that can't be parsed is never repeated: it may be secret. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (codeOf(cause) === 'ERR_INVALID_URL') return 'the address is no URL'
  return cause instanceof Error ? cause.message || (codeOf(cause) ?? cause.name) : String(cause)
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
