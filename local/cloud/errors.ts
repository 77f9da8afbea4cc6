/** A refusal in the API's own terms. https://docs.hetzner.cloud/reference/cloud#description/errors */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly details: unknown

  constructor(status: number, code: string, message: string, details: unknown = null) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
  }
}

export const notFound = (what: string): ApiError => new ApiError(404, 'not_found', `${what} not found`)

/** Names every field that is wrong, as the real API does. */
export const invalidInput = (field: string, message: string): ApiError =>
  new ApiError(422, 'invalid_input', `invalid input in field '${field}': ${message}`, {
    fields: [{ name: field, messages: [message] }],
  })

export const notUnique = (message: string, field = 'name'): ApiError =>
  new ApiError(409, 'uniqueness_error', message, { fields: [{ name: field }] })

export const soldOut = (): ApiError =>
  new ApiError(
    412,
    'resource_unavailable',
    'we are unable to provision servers for this location, try with a different location or try later',
  )

export const isLocked = (): ApiError => new ApiError(423, 'locked', 'cannot perform operation because server is locked')

export const isProtected = (message: string): ApiError => new ApiError(423, 'protected', message)

/** @param message in full, since the API has not the same words for all kinds. @throws ApiError 423 */
export const requireUnprotected = (
  message: string,
  { protection }: { protection: { readonly delete: boolean } },
): void => {
  if (protection.delete) throw isProtected(message)
}
